exports.config = { type: 'event', name: 'SpinJs', subscribes: ['js.go'], emits: ['fine.go'] }

exports.handler = async () => {
  while (true) {}
}
