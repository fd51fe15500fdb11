import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'Order',
  method: 'POST',
  path: '/orders',
  bodySchema: {
    type: 'object',
    properties: { sku: { type: 'string' }, quantity: { type: 'integer', minimum: 1, maximum: 10 } },
    required: ['sku', 'quantity'],
  },
  emits: ['order.placed'],
  flows: ['shop'],
}

export const handler: Handlers['Order'] = async (req, { emit }) => {
  await emit({ topic: 'order.placed', data: req.body })
  return { status: 202, body: {} }
}
