const { randomUUID } = require('node:crypto')

const config = {
  type: 'api',
  name: 'SubmitReview',
  description: 'Takes a review of a product',
  method: 'POST',
  path: '/reviews',
  bodySchema: {
    type: 'object',
    properties: {
      productId: { type: 'string' },
      userId: { type: 'string' },
      text: { type: 'string', minLength: 1, maxLength: 2000 },
    },
    required: ['productId', 'userId', 'text'],
    additionalProperties: false,
  },
  responseSchema: {
    202: { type: 'object', properties: { reviewId: { type: 'string' } }, required: ['reviewId'] },
    400: { type: 'object', properties: { error: { type: 'string' } }, required: ['error'] },
  },
  emits: ['review.submitted'],
  flows: ['reviews'],
}

const handler = async (req, { emit, state }) => {
  const { productId, userId, text } = req.body ?? {}
  const isText = (value) => typeof value === 'string' && value.length > 0
  if (![productId, userId, text].every(isText) || text.length > 2000) {
    return { status: 400, body: { error: 'A review needs a productId, a userId and a text' } }
  }

  const review = { reviewId: randomUUID(), productId, userId, text }
  await state.set('reviews', review.reviewId, review)
  await emit({ topic: 'review.submitted', data: review })
  return { status: 202, body: { reviewId: review.reviewId } }
}

module.exports = { config, handler }
