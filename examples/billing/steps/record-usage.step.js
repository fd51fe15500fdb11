const { tenantOnly } = require('../lib/tenants')

exports.config = {
  type: 'api',
  name: 'RecordUsage',
  description: 'Takes a call that a tenant has made',
  method: 'POST',
  path: '/tenants/:tenantId/usage',
  middleware: [tenantOnly],
  bodySchema: {
    type: 'object',
    properties: { endpoint: { type: 'string' }, calls: { type: 'integer', minimum: 1 } },
    required: ['endpoint', 'calls'],
  },
  emits: ['usage.recorded'],
  flows: ['billing'],
}

exports.handler = async (req, { emit }) => {
  const { endpoint, calls } = req.body
  await emit({ topic: 'usage.recorded', data: { tenantId: req.pathParams.tenantId, endpoint, calls } })
  return { status: 202, body: { recorded: calls } }
}
