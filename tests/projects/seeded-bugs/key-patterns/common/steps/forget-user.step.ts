import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'ForgetUser',
  method: 'DELETE',
  path: '/users/:userId',
  emits: ['user.deleted'],
  flows: ['files'],
}

export const handler: Handlers['ForgetUser'] = async (req, { emit }) => {
  await emit({ topic: 'user.deleted', data: { userId: req.pathParams.userId } })
  return { status: 202, body: {} }
}
