import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'GetUsage',
  method: 'GET',
  path: '/tenants/:tenantId/usage',
  emits: [],
  flows: ['metering'],
}

export const handler: Handlers['GetUsage'] = async (req, { state }) => {
  const usage = await state.get('usage', req.pathParams.tenantId)
  return { status: 200, body: usage ?? { total: 0 } }
}
