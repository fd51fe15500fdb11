exports.config = {
  type: 'api',
  name: 'Say',
  description: 'Adds a line to the chat of a match',
  method: 'POST',
  path: '/matches/:matchId/chat',
  bodySchema: {
    type: 'object',
    properties: { player: { type: 'string' }, text: { type: 'string', maxLength: 200 } },
    required: ['player', 'text'],
  },
  emits: [],
  flows: ['arena'],
}

exports.handler = async (req, { streams }) => {
  const { matchId } = req.pathParams
  const { player, text } = req.body
  const line = { id: crypto.randomUUID(), player, text: text.trim(), at: new Date().toISOString() }
  await streams.chat.set(matchId, line.id, line)
  return { status: 201, body: line }
}
