exports.config = { type: 'event', name: 'LeakJs', subscribes: ['js.leak'], emits: ['js.counted'] }

exports.handler = async (_, { emit }) => {
  globalThis.leak = (globalThis.leak ?? 0) + 1
  await emit({ topic: 'js.counted', data: { n: globalThis.leak } })
}
