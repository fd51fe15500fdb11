exports.config = {
  type: 'api',
  name: 'Throws',
  method: 'POST',
  path: '/throws',
  bodySchema: {
    type: 'object',
    properties: { n: { type: 'integer', minimum: 0, maximum: 100 }, note: { type: 'string' } },
    required: ['n'],
  },
  emits: [],
}

exports.handler = async (req) => {
  if (req.body.n > 70) throw new RangeError('too much')
  return { status: 200, body: {} }
}
