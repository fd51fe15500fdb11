import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'SetFlag',
  method: 'PUT',
  path: '/flags/:name',
  bodySchema: { type: 'object', properties: { enabled: { type: 'boolean' } }, required: ['enabled'] },
  emits: ['flag.changed'],
  flows: ['flags'],
}

export const handler: Handlers['SetFlag'] = async (req, { emit }) => {
  const { enabled } = req.body
  await emit({ topic: 'flag.changed', data: { name: req.pathParams.name, enabled } })
  return { status: 202, body: { enabled } }
}
