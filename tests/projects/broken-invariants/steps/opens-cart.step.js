exports.config = {
  type: 'api',
  name: 'OpensCart',
  method: 'POST',
  path: '/carts',
  bodySchema: { type: 'object', properties: { owner: { type: 'string', maxLength: 8 } }, required: ['owner'] },
  emits: [],
}

exports.handler = async (req, { state }) => {
  const id = crypto.randomUUID()
  await state.set('carts', id, { owner: req.body.owner })
  return { status: 201, body: { id } }
}
