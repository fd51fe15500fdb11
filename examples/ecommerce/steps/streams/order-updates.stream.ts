import { z } from 'zod'
import type { StreamConfig } from 'motia'

export const orderUpdateSchema = z.object({
  id: z.string(),
  orderId: z.string(),
  status: z.enum(['paid', 'payment_failed']),
  reason: z.string().optional(),
  at: z.string(),
})

export const config: StreamConfig = {
  name: 'order-updates',
  schema: orderUpdateSchema,
  baseConfig: { storageType: 'default' },
}
