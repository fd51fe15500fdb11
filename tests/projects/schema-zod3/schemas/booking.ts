import { z } from 'zod'
import { defaulted, maybeNote, money } from './money'

export const guest = z.object({ name: z.string().min(1), email: z.string().email().optional() })

export const booking = z.object({
  id: z.string().uuid(),
  guests: z.array(guest).min(1),
  price: money,
  note: maybeNote,
  nights: defaulted,
})

export const strictBooking = booking.strict()

export default booking
