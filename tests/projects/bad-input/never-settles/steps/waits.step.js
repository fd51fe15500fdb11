exports.config = { type: 'event', name: 'WaitJs', subscribes: ['js.go'], emits: ['fine.go'] }

exports.handler = async () => {
  await new Promise(() => {})
}
