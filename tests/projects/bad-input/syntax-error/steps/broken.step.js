exports.config = { type: 'event', name: 'BrokenJs', subscribes: ['js.go'], emits: [] }

exports.handler = async (input) => {
  return input.)
}
