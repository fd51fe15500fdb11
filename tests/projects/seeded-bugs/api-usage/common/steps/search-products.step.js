const products = ['mug', 'lamp', 'chair']

exports.config = {
  type: 'api',
  name: 'SearchProducts',
  method: 'POST',
  path: '/tenants/:tenantId/searches',
  bodySchema: { type: 'object', properties: { text: { type: 'string', maxLength: 80 } }, required: ['text'] },
  emits: ['api.call.done'],
  flows: ['metering'],
}

exports.handler = async (req, { emit, logger }) => {
  const found = products.filter((name) => name.includes(req.body.text))
  logger.info('Products searched', { found: found.length })
  await emit({ topic: 'api.call.done', data: { tenantId: req.pathParams.tenantId, endpoint: 'searches' } })
  return { status: 200, body: { found } }
}
