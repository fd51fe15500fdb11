// Several things that must all come about: what was done is undone when the payment fails. Nobody defines the helpers.
export const config: EventConfig = {
  type: 'event',
  name: 'BuyCopy',
  subscribes: ['copy.searched'],
  emits: ['copy.checked', 'copy.bought', 'copy.missed'],
}

export const handler = async (input, { emit, state, logger }) => {
  const { id } = input
  try {
    const search = await state.get('searches', id)
    const holdId = await holdCopy(search.title, state)
    if (!holdId) {
      throw new Error('no copy is left')
    }
    await emit({ topic: 'copy.checked', data: { id, reader: search.reader } })
    const payment = await payDealer(search)
    if (!payment.accepted) {
      await dropHold(holdId, state)
      throw new Error('the dealer was not paid')
    }
    search.status = 'bought'
    search.receipt = payment.receipt
    await state.set('searches', id, search)
    await emit({ topic: 'copy.bought', data: { id, reader: search.reader } })
  } catch (error) {
    logger.warn('missed', { id, error: error.message })
    await emit({ topic: 'copy.missed', data: { id, error: error.message } })
  }
}
