exports.config = { type: 'api', name: 'ThrowApi', method: 'GET', path: '/throws', emits: [] }

exports.handler = async () => {
  throw new Error('the api step has no answer')
}
