import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'AddMember',
  method: 'POST',
  path: '/teams/:teamId/members',
  bodySchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  emits: ['member.added'],
  flows: ['teams'],
}

export const handler: Handlers['AddMember'] = async (req, { emit, state }) => {
  const { teamId } = req.pathParams
  const { name } = req.body
  await state.set(`team:${teamId}`, name, { name, teamId })
  await emit({ topic: 'member.added', data: { teamId, name } })
  return { status: 201, body: { name } }
}
