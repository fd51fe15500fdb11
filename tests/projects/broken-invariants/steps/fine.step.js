exports.config = {
  type: 'api',
  name: 'Fine',
  method: 'POST',
  path: '/fine',
  bodySchema: { type: 'object', properties: { n: { type: 'integer', minimum: 1 } }, required: ['n'] },
  responseSchema: { 201: { type: 'object' }, 400: { type: 'object' } },
  emits: ['total.told'],
}

exports.handler = async (req, { emit }) => {
  const { n } = req.body
  if (!Number.isInteger(n) || n < 1) return { status: 400, body: { error: 'n must be a whole number, 1 or more' } }
  await emit({ topic: 'total.told', data: { total: n } })
  return { status: 201, body: {} }
}
