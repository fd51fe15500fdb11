import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'RecordView',
  method: 'POST',
  path: '/products/:productId/views',
  bodySchema: { type: 'object', properties: { userId: { type: 'string' } }, required: ['userId'] },
  emits: ['product.viewed'],
  flows: ['tastes'],
}

export const handler: Handlers['RecordView'] = async (req, { emit }) => {
  await emit({
    topic: 'product.viewed',
    data: { userId: req.body.userId, productId: req.pathParams.productId, weight: 1 },
  })
  return { status: 202, body: {} }
}
