exports.config = {
  type: 'event',
  name: 'SuspendTenant',
  description: 'Closes the account of a tenant that has not paid',
  subscribes: ['invoice.unpaid'],
  emits: [],
  input: { tenantId: 'string', reason: 'string' },
  flows: ['billing'],
}

exports.handler = async (input, { state }) => {
  const tenant = await state.get('tenants', input.tenantId)
  await state.set('tenants', input.tenantId, { ...tenant, status: 'suspended', reason: input.reason })
}
