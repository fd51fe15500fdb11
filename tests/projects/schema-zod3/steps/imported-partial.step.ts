import { booking as userBooking } from '../schemas/booking'

export const config = {
  type: 'api',
  name: 'ImportedPartial',
  method: 'PATCH',
  path: '/bookings/:id',
  bodySchema: userBooking.omit({ id: true }).partial(),
  responseSchema: { 200: userBooking, 404: userBooking.pick({ id: true }).extend({}) },
  emits: [],
}

export const handler = async () => ({ status: 200, body: {} })
