exports.config = {
  type: 'event',
  name: 'NotePayment',
  subscribes: ['card.charged'],
  emits: [],
  flows: ['payments'],
}

exports.handler = async ({ orderId, chargeId }, { state }) => {
  await state.set('payments', orderId, { chargeId })
}
