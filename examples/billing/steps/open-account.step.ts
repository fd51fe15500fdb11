import type { ApiRouteConfig, Handlers } from 'motia'

/** Calls in a month that each plan includes. */
const plans = { free: 3, team: 1000 }

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'OpenAccount',
  description: 'Opens the account of a tenant and hands out its key',
  method: 'POST',
  path: '/tenants',
  bodySchema: {
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1 },
      plan: { type: 'string', enum: ['free', 'team'] },
      email: { type: 'string' },
    },
    required: ['name', 'plan', 'email'],
  },
  emits: [],
  flows: ['billing'],
}

export const handler: Handlers['OpenAccount'] = async (req, { state, logger }) => {
  const { name, plan, email } = req.body
  if (!(plan in plans)) {
    return { status: 400, body: { error: `There is no plan '${plan}'` } }
  }
  const tenant = { id: crypto.randomUUID(), name, plan, email, included: plans[plan], apiKey: crypto.randomUUID(), status: 'active' }
  await state.set('tenants', tenant.id, tenant)
  logger.info('Account opened', { tenantId: tenant.id, plan })
  return { status: 201, body: { id: tenant.id, apiKey: tenant.apiKey } }
}
