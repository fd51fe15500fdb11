import { enqueue, http, queue, type StepConfig } from 'motia'
import { orderSchema } from '@acme/types/order'

const Topic = { Shipped: 'parcel.shipped', Returned: 'parcel.returned' } as const

export const config = {
  name: 'ShipParcel',
  triggers: [
    queue('order.paid', { input: orderSchema }),
    http('POST', '/parcels/:id/ship', { bodySchema: { carrier: 'string', express: 'boolean?' } }),
    { type: 'cron', expression: '0 0 6 * * * *' },
  ],
  enqueues: [Topic.Shipped, Topic.Returned],
  flows: ['shipping'],
} as const satisfies StepConfig

export const handler = async (input: unknown, ctx: any) => {
  const returned = ctx.is.http() ? Topic.Returned : Topic.Shipped
  await enqueue({ topic: returned, data: { id: 'p1' } })
  ctx.enqueue({ topic: Topic.Shipped, data: { id: 'p1' } })
}
