import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'RecordPurchase',
  method: 'POST',
  path: '/products/:productId/purchases',
  bodySchema: { type: 'object', properties: { userId: { type: 'string' } }, required: ['userId'] },
  emits: ['product.bought'],
  flows: ['tastes'],
}

export const handler: Handlers['RecordPurchase'] = async (req, { emit }) => {
  await emit({
    topic: 'product.bought',
    data: { userId: req.body.userId, productId: req.pathParams.productId, weight: 3 },
  })
  return { status: 202, body: {} }
}
