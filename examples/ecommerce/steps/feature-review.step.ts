import { z } from 'zod'
import type { EventConfig, EventHandler } from 'motia'

const inputSchema = z.object({
  reviewId: z.string(),
  productId: z.string(),
  sentiment: z.enum(['positive', 'neutral', 'negative']),
})

export const config: EventConfig = {
  type: 'event',
  name: 'FeatureReview',
  description: 'Shows a happy review on the page of its product',
  subscribes: ['sentiment.analyzed'],
  emits: [],
  input: inputSchema,
  flows: ['reviews'],
}

export const handler: EventHandler<z.infer<typeof inputSchema>> = async (input, { state }) => {
  if (input.sentiment === 'positive') {
    await state.set('featured_reviews', input.productId, { reviewId: input.reviewId })
  }
}
