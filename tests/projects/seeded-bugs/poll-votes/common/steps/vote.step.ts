import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'Vote',
  method: 'POST',
  path: '/polls/:pollId/votes',
  bodySchema: {
    type: 'object',
    properties: { option: { type: 'string', enum: ['yes', 'no'] } },
    required: ['option'],
  },
  emits: ['vote.cast'],
  flows: ['polls'],
}

export const handler: Handlers['Vote'] = async (req, { emit }) => {
  const { option } = req.body
  if (option !== 'yes' && option !== 'no') return { status: 400, body: { error: 'Vote yes or no' } }
  await emit({ topic: 'vote.cast', data: { pollId: req.pathParams.pollId, option } })
  return { status: 202, body: {} }
}
