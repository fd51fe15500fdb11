import { settingsOf } from '../lib/settings.js'

export const config = {
  type: 'event',
  name: 'MakeInvoice',
  subscribes: ['invoice.wanted'],
  emits: ['invoice.made'],
  flows: ['invoices'],
}

export const handler = async ({ tenantId, cents }, { emit, state }) => {
  const { currency } = await settingsOf(tenantId, state)
  await emit({ topic: 'invoice.made', data: { tenantId, cents, currency } })
}
