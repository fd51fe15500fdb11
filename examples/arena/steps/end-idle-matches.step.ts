import type { CronConfig, Handlers } from 'motia'

/** A match in which nobody has moved for so long is over. */
const IDLE_MS = 10 * 60_000

export const config: CronConfig = {
  type: 'cron',
  name: 'EndIdleMatches',
  description: 'Ends matches that nobody plays any more: who was to move loses',
  cron: '*/5 * * * *',
  emits: ['match.ended'],
  flows: ['arena'],
}

export const handler: Handlers['EndIdleMatches'] = async ({ emit, state }) => {
  for (const match of await state.getGroup('matches')) {
    if (Date.now() - match.movedAt < IDLE_MS) continue
    await state.delete('matches', match.id)
    const winner = match.turn === 'x' ? match.o : match.x
    await emit({ topic: 'match.ended', data: { matchId: match.id, players: [match.x, match.o], winner } })
  }
}
