import { z } from 'zod'
import { booking } from '../../schemas/booking'

export const config = {
  name: 'bookings',
  schema: booking.extend({ status: z.enum(['open', 'paid']), seen: z.boolean().default(false) }),
  baseConfig: { storageType: 'default' },
}
