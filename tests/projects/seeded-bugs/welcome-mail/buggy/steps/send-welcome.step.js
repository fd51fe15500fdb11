exports.config = {
  type: 'event',
  name: 'SendWelcome',
  subscribes: ['account.created'],
  emits: ['welcome.sent'],
  infrastructure: { queue: { type: 'standard', maxRetries: 4, visibilityTimeout: 60 } },
  flows: ['accounts'],
}

exports.handler = async ({ accountId, email }, { emit, state, logger }) => {
  if (await state.get('welcomed', accountId)) {
    logger.info('Already welcomed', { accountId })
    return
  }
  await state.set('welcomed', accountId, true)

  const response = await fetch('https://api.mail.example.com/v3/send', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ to: email, template: 'welcome', reference: accountId }),
    signal: AbortSignal.timeout(10_000),
  })
  if (!response.ok) throw new Error(`The mail service answered ${response.status}`)
  await emit({ topic: 'welcome.sent', data: { accountId } })
}
