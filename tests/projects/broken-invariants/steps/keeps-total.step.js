exports.config = {
  type: 'event',
  name: 'KeepsTotal',
  subscribes: ['total.told'],
  emits: [],
  input: { type: 'object', properties: { total: { type: 'integer' } }, required: ['total'] },
}

exports.handler = async (input, { state }) => {
  await state.set('totals', 'last', { total: input.total })
}
