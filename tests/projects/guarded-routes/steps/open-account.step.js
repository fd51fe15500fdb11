exports.config = {
  type: 'api',
  name: 'OpenAccount',
  path: '/accounts',
  method: 'POST',
  bodySchema: { type: 'object', properties: { owner: { type: 'string' } }, required: ['owner'] },
  emits: [],
}

exports.handler = async (req, { state }) => {
  const account = { id: 'a-1', apiKey: 'k-1', owner: req.body.owner }
  await state.set('accounts', account.id, account)
  return { status: 201, body: account }
}
