import { z } from 'zod'

export const config = {
  type: 'api',
  name: 'CreateOrder',
  method: 'POST',
  path: '/orders',
  bodySchema: z.object({ productId: z.string(), quantity: z.number() }),
  emits: ['order.created'],
  flows: ['ecommerce'],
}

export const handler = async (req, { emit, state }) => {
  const id = crypto.randomUUID()
  const amount = 1250 * req.body.quantity
  await state.set('orders', id, { id, amount })

  // The Python subscriber cannot charge without a currency.
  await emit({ topic: 'order.created', data: { id, amount } })
  //                                         ^^^^^^^^^^^^^^ payload-missing-field

  await emit({ topic: 'order.audited', data: { id } })
  //                   ^^^^^^^^^^^^^ undeclared-emit
  return { status: 201, body: { id } }
}
