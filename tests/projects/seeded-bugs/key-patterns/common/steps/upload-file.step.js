exports.config = {
  type: 'api',
  name: 'UploadFile',
  method: 'POST',
  path: '/users/:userId/files',
  bodySchema: {
    type: 'object',
    properties: { name: { type: 'string' }, bytes: { type: 'integer', minimum: 0 } },
    required: ['name', 'bytes'],
  },
  emits: ['file.stored'],
  flows: ['files'],
}

exports.handler = async (req, { emit, state }) => {
  const { userId } = req.pathParams
  const { name, bytes } = req.body
  await state.set('files', `user${userId}-${name}`, { userId, name, bytes })
  await emit({ topic: 'file.stored', data: { userId } })
  return { status: 201, body: { name } }
}
