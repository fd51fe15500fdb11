exports.config = { type: 'api', name: 'OpenAccount', path: '/accounts', method: 'POST', emits: [] }

exports.handler = async (_req, { state }) => {
  const account = { id: 'a-1', apiKey: 'k-1' }
  await state.set('accounts', account.id, account)
  return { status: 201, body: account }
}
