import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'Transfer',
  method: 'POST',
  path: '/transfers',
  bodySchema: {
    type: 'object',
    properties: {
      transferId: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      cents: { type: 'integer', minimum: 1 },
    },
    required: ['transferId', 'from', 'to', 'cents'],
  },
  emits: ['transfer.wanted'],
  flows: ['bank'],
}

export const handler: Handlers['Transfer'] = async (req, { emit }) => {
  const { transferId, from, to, cents } = req.body
  await emit({ topic: 'transfer.wanted', data: { transferId, from, to, cents } })
  return { status: 202, body: { transferId } }
}
