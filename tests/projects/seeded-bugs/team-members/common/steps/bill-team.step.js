exports.config = {
  type: 'event',
  name: 'BillTeam',
  subscribes: ['team.grew'],
  emits: [],
  flows: ['teams'],
}

exports.handler = async ({ teamId, members }, { state }) => {
  await state.set('bills', teamId, { euros: members * 8 })
}
