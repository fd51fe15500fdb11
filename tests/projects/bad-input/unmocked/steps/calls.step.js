exports.config = { type: 'event', name: 'CallJs', subscribes: ['js.go'], emits: ['fine.go'] }

exports.handler = async (input, { emit }) => {
  try {
    await fetch('https://js.unknown.test/ping')
  } catch {
    // The swallowed error is the point of this step.
  }
  await emit({ topic: 'fine.go', data: { id: input.id } })
}
