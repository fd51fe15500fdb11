import type { ApiRouteConfig, Handlers } from 'motia'
import { outcome } from '../lib/board'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'MakeMove',
  description: 'Takes a move, shows it, and ends the match if it decides it',
  method: 'POST',
  path: '/matches/:matchId/moves',
  bodySchema: {
    type: 'object',
    properties: { player: { type: 'string' }, cell: { type: 'integer', minimum: 0, maximum: 8 } },
    required: ['player', 'cell'],
  },
  emits: ['move.made', 'match.ended'],
  flows: ['arena'],
}

export const handler: Handlers['MakeMove'] = async (req, { emit, state, streams }) => {
  const { matchId } = req.pathParams
  const { player, cell } = req.body
  const match = await state.get('matches', matchId)
  if (!match) {
    return { status: 404, body: { error: `No match ${matchId}` } }
  }
  if (match[match.turn] !== player || match.cells[cell] !== '.') {
    return { status: 409, body: { error: `${player} cannot play cell ${cell} now` } }
  }

  const cells = match.cells.slice(0, cell) + match.turn + match.cells.slice(cell + 1)
  const result = outcome(cells)
  const turn = match.turn === 'x' ? 'o' : 'x'
  const winner = result === 'x' || result === 'o' ? match[result] : result
  const thought = Date.now() - match.movedAt
  await state.set('matches', matchId, { ...match, cells, turn, movedAt: Date.now() })
  await streams.boards.set('open', matchId, { id: matchId, cells, turn, winner })
  await emit({ topic: 'move.made', data: { matchId, player, thought } })

  if (result) {
    await state.delete('matches', matchId)
    await emit({ topic: 'match.ended', data: { matchId, players: [match.x, match.o], winner } })
  }
  return { status: 200, body: { cells, winner } }
}
