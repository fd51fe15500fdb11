exports.config = {
  type: 'api',
  name: 'CompareOffers',
  method: 'POST',
  path: '/comparisons',
  bodySchema: {
    type: 'object',
    properties: {
      offers: {
        type: 'array',
        items: {
          type: 'object',
          properties: { shop: { type: 'string' }, cents: { type: 'integer', minimum: 0 } },
          required: ['shop', 'cents'],
          additionalProperties: false,
        },
      },
    },
    required: ['offers'],
    additionalProperties: false,
  },
  emits: ['offers.collected'],
  flows: ['offers'],
}

exports.handler = async (req, { emit }) => {
  await emit({ topic: 'offers.collected', data: { offers: req.body.offers } })
  return { status: 202, body: {} }
}
