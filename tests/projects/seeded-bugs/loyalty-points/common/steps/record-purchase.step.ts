import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'RecordPurchase',
  method: 'POST',
  path: '/purchases',
  bodySchema: {
    type: 'object',
    properties: { member: { type: 'string' }, euros: { type: 'integer', minimum: 1 } },
    required: ['member', 'euros'],
  },
  emits: ['purchase.made'],
  flows: ['loyalty'],
}

export const handler: Handlers['RecordPurchase'] = async (req, { emit }) => {
  const { member, euros } = req.body
  await emit({ topic: 'purchase.made', data: { member, euros } })
  return { status: 202, body: {} }
}
