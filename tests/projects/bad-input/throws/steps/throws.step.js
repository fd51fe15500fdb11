exports.config = { type: 'event', name: 'ThrowJs', subscribes: ['js.go'], emits: ['fine.go'] }

exports.handler = async (input) => {
  helper(input)
}

function helper(input) {
  throw new TypeError(`the js step cannot take ${input.id}`)
}
