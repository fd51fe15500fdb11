// A typed event with emits in branches of try and catch.
export const config: EventConfig = {
  type: 'event',
  name: 'ShelveBook',
  subscribes: ['book.added'],
  emits: [
    'book.shelved',
    'shelf.full',
    'shelf.cleaned',
  ],
}

export const handler = async (input, { emit, state, logger, streams }) => {
  const { bookId } = input
  try {
    const shelf = await state.get('shelves', 'new')
    if (shelf.books.length > 100) {
      throw new Error('full')
    }
    shelf.books.push(bookId)
    await state.set('shelves', 'new', shelf)
    await streams['loan-board'].set(`shelf:new`, bookId, {
      id: bookId,
      kind: 'shelved',
      at: new Date().toISOString(),
    })
    await emit({ topic: 'book.shelved', data: { bookId, shelf: 'new' } })
  } catch (error) {
    logger.warn('no room', { bookId })
    await emit({ topic: 'shelf.full', data: { bookId, error: error.message } })
  }
}
