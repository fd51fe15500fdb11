exports.config = {
  type: 'api',
  name: 'Say',
  description: 'Adds a line to the chat of a match',
  method: 'POST',
  path: '/matches/:matchId/chat',
  bodySchema: {
    type: 'object',
    properties: { player: { type: 'string' }, text: { type: 'string', minLength: 1, maxLength: 200 } },
    required: ['player', 'text'],
  },
  emits: [],
  flows: ['arena'],
}

exports.handler = async (req, { streams }) => {
  const { matchId } = req.pathParams
  const { player } = req.body
  const text = req.body.text.trim()
  if (text === '') {
    return { status: 400, body: { error: 'Nothing was said' } }
  }
  const line = { id: crypto.randomUUID(), player, text, at: new Date().toISOString() }
  await streams.chat.set(matchId, line.id, line)
  return { status: 201, body: line }
}
