import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'SignUp',
  method: 'POST',
  path: '/accounts',
  bodySchema: {
    type: 'object',
    properties: { accountId: { type: 'string' }, email: { type: 'string', format: 'email' } },
    required: ['accountId', 'email'],
  },
  emits: ['account.created'],
  flows: ['accounts'],
}

export const handler: Handlers['SignUp'] = async (req, { emit, state }) => {
  const { accountId, email } = req.body
  await state.set('accounts', accountId, { accountId, email })
  await emit({ topic: 'account.created', data: { accountId, email } })
  return { status: 201, body: { accountId } }
}
