import type { EventConfig, Handlers } from 'motia'

export const config: EventConfig = {
  type: 'event',
  name: 'WarnTenant',
  description: 'Writes to a tenant whose use has outgrown its plan',
  subscribes: ['usage.exceeded'],
  emits: [],
  input: { tenantId: 'string', total: 'number', included: 'number' },
  flows: ['billing'],
}

export const handler: Handlers['WarnTenant'] = async (input, { state, logger }) => {
  const tenant = await state.get('tenants', input.tenantId)
  if (!tenant) {
    logger.warn('No tenant to warn', { tenantId: input.tenantId })
    return
  }
  const answer = await fetch('https://api.mail.example/v1/messages', {
    method: 'POST',
    headers: { authorization: `Bearer ${process.env.MAIL_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ to: tenant.email, text: `${input.total} calls of ${input.included}` }),
  })
  if (!answer.ok) throw new Error(`the mail service answered ${answer.status}`)
  logger.info('Tenant warned', { tenantId: input.tenantId })
}
