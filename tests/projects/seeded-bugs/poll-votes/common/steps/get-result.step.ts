import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'GetResult',
  method: 'GET',
  path: '/polls/:pollId',
  emits: [],
  flows: ['polls'],
}

export const handler: Handlers['GetResult'] = async (req, { state }) => {
  const poll = await state.get<{ yes?: number; no?: number }>('polls', req.pathParams.pollId)
  return { status: 200, body: { yes: poll?.yes ?? 0, no: poll?.no ?? 0 } }
}
