exports.config = {
  type: 'api',
  name: 'CountStock',
  method: 'PUT',
  path: '/stock/:sku',
  bodySchema: { type: 'object', properties: { left: { type: 'integer', minimum: 0 } }, required: ['left'] },
  emits: ['stock.low'],
  flows: ['warehouse'],
}

exports.handler = async (req, { emit, state }) => {
  const { sku } = req.pathParams
  const { left } = req.body
  await state.set('stock', sku, { left })
  if (left < 5) await emit({ topic: 'stock.low', data: { sku, left } })
  return { status: 200, body: { sku, left } }
}
