exports.config = { type: 'event', name: 'Fine', subscribes: ['fine.go'], emits: ['fine.done'] }

exports.handler = async (input, { emit }) => {
  await emit({ topic: 'fine.done', data: input })
}
