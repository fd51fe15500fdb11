import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'FindMatch',
  description: 'Brings two players together',
  method: 'POST',
  path: '/matches',
  bodySchema: {
    type: 'object',
    properties: { player: { type: 'string', minLength: 1 } },
    required: ['player'],
  },
  emits: ['match.started'],
  flows: ['arena'],
}

export const handler: Handlers['FindMatch'] = async (req, { emit, state }) => {
  const { player } = req.body
  const waiting = await state.get('lobby', 'waiting')
  if (!waiting || waiting.player === player) {
    await state.set('lobby', 'waiting', { player })
    return { status: 202, body: { waiting: true } }
  }
  await state.delete('lobby', 'waiting')
  const match = { id: crypto.randomUUID(), x: waiting.player, o: player, cells: '.........', turn: 'x', movedAt: Date.now() }
  await state.set('matches', match.id, match)
  await emit({ topic: 'match.started', data: { matchId: match.id, x: match.x, o: match.o } })
  return { status: 201, body: { matchId: match.id } }
}
