import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'SendInvoice',
  method: 'POST',
  path: '/tenants/:tenantId/invoices',
  bodySchema: {
    type: 'object',
    properties: { cents: { type: 'integer', minimum: 1 } },
    required: ['cents'],
    additionalProperties: false,
  },
  emits: ['invoice.wanted'],
  flows: ['invoices'],
}

export const handler: Handlers['SendInvoice'] = async (req, { emit }) => {
  await emit({ topic: 'invoice.wanted', data: { tenantId: req.pathParams.tenantId, cents: req.body.cents } })
  return { status: 202, body: {} }
}
