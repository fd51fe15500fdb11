exports.config = {
  type: 'api',
  name: 'GetTastes',
  method: 'GET',
  path: '/users/:userId/tastes',
  emits: [],
  flows: ['tastes'],
}

exports.handler = async (req, { state }) => {
  const tastes = await state.get('tastes', 'all-users')
  return { status: 200, body: tastes?.[req.pathParams.userId] ?? {} }
}
