import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'SplitBill',
  method: 'POST',
  path: '/bills',
  bodySchema: {
    type: 'object',
    properties: {
      cents: { type: 'integer', minimum: 1, maximum: 1_000_000 },
      guests: { type: 'integer', minimum: 1, maximum: 12 },
    },
    required: ['cents', 'guests'],
    additionalProperties: false,
  },
  emits: ['bill.opened'],
  flows: ['bills'],
}

export const handler: Handlers['SplitBill'] = async (req, { emit, traceId }) => {
  const { cents, guests } = req.body
  await emit({ topic: 'bill.opened', data: { billId: traceId, cents, guests } })
  return { status: 202, body: { billId: traceId } }
}
