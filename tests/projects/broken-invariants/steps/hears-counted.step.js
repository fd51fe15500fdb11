exports.config = { type: 'event', name: 'HearsCounted', subscribes: ['counted'], emits: [], input: { type: 'object' } }

exports.handler = async () => {}
