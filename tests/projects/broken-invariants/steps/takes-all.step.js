exports.config = {
  type: 'api',
  name: 'TakesAll',
  method: 'POST',
  path: '/takes-all',
  bodySchema: { type: 'object', properties: { name: { type: 'string', minLength: 1 } }, required: ['name'] },
  responseSchema: { 201: { type: 'object' }, 400: { type: 'object' } },
  emits: [],
}

exports.handler = async (req) => {
  // An empty name is refused, a missing one is not.
  if (req.body.name === '') return { status: 400, body: {} }
  return { status: 201, body: {} }
}
