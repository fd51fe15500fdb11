exports.config = { type: 'event', name: 'Finish', subscribes: ['fine.done'], emits: [] }

exports.handler = async () => {}
