exports.config = {
  type: 'api',
  name: 'GetFlag',
  method: 'GET',
  path: '/flags/:name',
  emits: [],
  flows: ['flags'],
}

// New flags are on.
exports.handler = async (req, { state }) => {
  const flag = await state.get('flags', req.pathParams.name)
  const enabled = typeof flag === 'object' && flag !== null ? flag.enabled : (flag ?? true)
  return { status: 200, body: { enabled } }
}
