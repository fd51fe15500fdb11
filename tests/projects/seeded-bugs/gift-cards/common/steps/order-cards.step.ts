import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'OrderCards',
  method: 'POST',
  path: '/card-orders',
  bodySchema: {
    type: 'object',
    properties: { quantity: { type: 'integer', minimum: 1, maximum: 100 } },
    required: ['quantity'],
    additionalProperties: false,
  },
  emits: ['cards.ordered'],
  flows: ['gift-cards'],
}

export const handler: Handlers['OrderCards'] = async (req, { emit }) => {
  await emit({ topic: 'cards.ordered', data: { quantity: req.body.quantity } })
  return { status: 202, body: {} }
}
