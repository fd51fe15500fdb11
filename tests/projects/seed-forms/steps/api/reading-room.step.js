// A socket: middleware by name, no `emits`, template stream names, the context handed on to a helper.
exports.config = {
  type: 'api',
  name: 'ReadingRoom',
  method: 'GET',
  path: '/rooms/:roomId/ws',
  middleware: ['readerMiddleware'],
  websocket: true,
}

exports.handler = async (req, { state, streams }) => {
  const { roomId } = req.pathParams
  const reader = req.user.id
  const ws = req.ws
  const room = await state.get('rooms', roomId)
  if (!room) {
    ws.close(1008, 'no such room')
    return
  }
  await state.set('readers', `${roomId}:${reader}`, { roomId, reader, since: Date.now() })
  const pages = streams[`room:${roomId}`]
  const stop = pages.subscribe((page) => ws.send(JSON.stringify({ kind: 'page', page })))
  ws.on('message', async (message) => {
    try {
      await turnPage(roomId, reader, JSON.parse(message), { state, streams })
      await state.set('turns', `${roomId}:${Date.now()}`, { reader }, 3600)
    } catch (error) {
      ws.send(JSON.stringify({ kind: 'error', message: error.message }))
    }
  })
  ws.on('close', async () => {
    stop()
    await state.delete('readers', `${roomId}:${reader}`)
  })
}

async function turnPage(roomId, reader, input, ctx) {
  const { state, streams } = ctx
  const room = await state.get('rooms', roomId)
  room.page = input.page
  await state.set('rooms', roomId, room)
  const pages = streams[`room:${roomId}`]
  await pages.set('page', 'current', { reader, page: room.page })
}
