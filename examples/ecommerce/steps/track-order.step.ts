import { z } from 'zod'
import type { EventConfig, EventHandler } from 'motia'

const inputSchema = z.object({
  orderId: z.string(),
  paymentId: z.string().optional(),
  error: z.string().optional(),
})

export const config: EventConfig = {
  type: 'event',
  name: 'TrackOrder',
  description: 'Writes the outcome of a payment into the order and tells whoever is watching it',
  subscribes: ['payment.processed', 'payment.failed'],
  emits: [],
  input: inputSchema,
  flows: ['ecommerce'],
}

export const handler: EventHandler<z.infer<typeof inputSchema>> = async (input, { logger, state, streams }) => {
  const status = input.error ? 'payment_failed' : 'paid'
  const order = await state.get<object>('orders', input.orderId)
  if (order) {
    await state.set('orders', input.orderId, { ...order, status })
  } else {
    logger.warn('Payment of an unknown order', { orderId: input.orderId })
  }

  await streams['order-updates'].set(input.orderId, 'status', {
    id: 'status',
    orderId: input.orderId,
    status,
    reason: input.error,
    at: new Date().toISOString(),
  })
}
