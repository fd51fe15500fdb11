import { z } from 'zod'
import type { ApiHandler, ApiRouteConfig } from 'motia'

interface Order {
  productId: string
  quantity: number
  amount: number
}

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'RequestReport',
  description: 'Asks for a report now instead of on Monday',
  method: 'POST',
  path: '/reports',
  responseSchema: {
    202: z.object({ totalOrders: z.number() }),
    404: z.object({ error: z.string() }),
  },
  emits: ['report.requested'],
  flows: ['reporting'],
}

export const handler: ApiHandler = async (_req, { emit, state }) => {
  const orders = await state.getGroup<Order>('orders')
  if (orders.length === 0) {
    return { status: 404, body: { error: 'There are no orders to report on' } }
  }

  const topProducts: Record<string, number> = {}
  let revenue = 0
  for (const order of orders) {
    topProducts[order.productId] = (topProducts[order.productId] ?? 0) + order.quantity
    revenue += order.amount
  }

  await emit({
    topic: 'report.requested',
    data: {
      totalOrders: orders.length,
      averageOrderValue: revenue / orders.length,
      topProducts,
    },
  })
  return { status: 202, body: { totalOrders: orders.length } }
}
