import { z } from 'zod'
import type { ApiHandler, ApiRouteConfig } from 'motia'

/** What a product costs, in cents, until somebody puts another price into the state group `prices`. */
const listPrices = { lamp: 4900, mug: 1250, notebook: 675 }

const bodySchema = z.object({
  productId: z.enum(['lamp', 'mug', 'notebook']),
  quantity: z.number().int().min(1).max(20),
  customerId: z.string().min(1).max(40),
  currency: z.enum(['eur', 'usd']).optional(),
})

const orderSchema = z.object({
  id: z.string(),
  productId: z.string(),
  quantity: z.number(),
  customerId: z.string(),
  amount: z.number(),
  currency: z.string(),
  status: z.string(),
  createdAt: z.string(),
})

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'CreateOrder',
  description: 'Takes an order, prices it and hands it on to be paid',
  method: 'POST',
  path: '/orders',
  bodySchema,
  responseSchema: {
    201: orderSchema,
    400: z.object({ error: z.string() }),
  },
  emits: ['order.created'],
  flows: ['ecommerce'],
}

export const handler: ApiHandler = async (req, { emit, logger, state }) => {
  // The framework documents the body's schema but does not enforce it: the step has to.
  const parsed = bodySchema.safeParse(req.body)
  if (!parsed.success) {
    return { status: 400, body: { error: z.prettifyError(parsed.error) } }
  }

  const { productId, quantity, customerId, currency = 'eur' } = parsed.data
  const price = (await state.get<number>('prices', productId)) ?? listPrices[productId]
  const order = {
    id: crypto.randomUUID(),
    productId,
    quantity,
    customerId,
    amount: price * quantity,
    currency,
    status: 'created',
    createdAt: new Date().toISOString(),
  }

  await state.set('orders', order.id, order)
  await emit({ topic: 'order.created', data: order })
  logger.info('Order created', { orderId: order.id, amount: order.amount })

  return { status: 201, body: order }
}
