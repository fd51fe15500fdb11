// CommonJS, config and handler in one object at the end.
const config = {
  type: 'api',
  name: 'AddBook',
  method: 'POST',
  path: '/books',
  bodySchema: {
    type: 'object',
    properties: {
      title: { type: 'string', minLength: 1 },
      pages: { type: 'integer', minimum: 1 },
      options: { type: 'object' },
    },
    required: ['title', 'pages'],
  },
  emits: ['book.added'],
  flows: ['library'],
}

const handler = async (req, { emit, state, logger, traceId }) => {
  try {
    const { title, pages } = req.body
    const bookId = crypto.randomUUID()
    await state.set(traceId, 'book', { bookId, title, pages })
    await emit({ topic: 'book.added', data: { bookId, title, pages } })
    return { status: 201, body: { bookId } }
  } catch (error) {
    logger.error('the book was not added', { error: error.message, traceId })
    return { status: 500, body: { error: 'not added' } }
  }
}

module.exports = { config, handler }
