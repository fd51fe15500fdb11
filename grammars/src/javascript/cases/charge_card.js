// CommonJS, one function per concern.
const { randomUUID } = require('crypto')

exports.config = {
  type: 'event',
  name: 'ChargeCard',
  subscribes: ['checkout.confirmed'],
  emits: ['charge.done', 'charge.refused'],
  input: { id: 'string', amount: 'number', email: 'string?' },
}

exports.handler = async (checkout, { emit, state }) => {
  const charge = { id: randomUUID(), checkoutId: checkout.id, cents: checkout.amount * 100 }
  charge.receipt = checkout.email
  try {
    await pay(charge)
    await state.set('charges', charge.id, charge)
    await emit({ topic: 'charge.done', data: charge })
  } catch (error) {
    await refuse(emit, checkout, error)
  }
  socket.emit('charged', charge)
}

async function refuse(send, checkout, error) {
  await Promise.all(
    ['charge.refused', 'checkout.failed'].map((topic) =>
      send({ topic, data: { id: checkout.id, reason: error.message } }),
    ),
  )
}
