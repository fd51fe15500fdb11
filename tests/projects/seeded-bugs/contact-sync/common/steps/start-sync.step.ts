import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'StartSync',
  method: 'POST',
  path: '/syncs',
  bodySchema: { type: 'object', properties: { account: { type: 'string' } }, required: ['account'] },
  emits: ['sync.wanted'],
  flows: ['contacts'],
}

export const handler: Handlers['StartSync'] = async (req, { emit }) => {
  await emit({ topic: 'sync.wanted', data: { account: req.body.account } })
  return { status: 202, body: {} }
}
