exports.config = {
  type: 'event',
  name: 'FlagPlayer',
  description: 'Tells the moderators of a player who may not be human',
  subscribes: ['player.flagged'],
  emits: [],
  input: { player: 'string', moves: 'number' },
  flows: ['arena'],
}

exports.handler = async ({ player, moves }, { state, logger }) => {
  await state.set('reports', player, { player, moves, at: new Date().toISOString() })
  logger.warn('Player flagged', { player, moves })
}
