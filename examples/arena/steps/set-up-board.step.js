exports.config = {
  type: 'event',
  name: 'SetUpBoard',
  description: 'Shows the empty board to whoever watches',
  subscribes: ['match.started'],
  emits: [],
  input: { matchId: 'string', x: 'string', o: 'string' },
  flows: ['arena'],
}

exports.handler = async ({ matchId, x, o }, { streams, logger }) => {
  await streams.boards.set('open', matchId, { id: matchId, cells: '.........', turn: 'x', winner: null })
  logger.info('Match started', { matchId, x, o })
}
