import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'RequestBooking',
  method: 'POST',
  path: '/bookings',
  bodySchema: {
    type: 'object',
    properties: { bookingId: { type: 'string' }, room: { type: 'string' } },
    required: ['bookingId', 'room'],
  },
  emits: ['booking.requested'],
  flows: ['bookings'],
}

export const handler: Handlers['RequestBooking'] = async (req, { emit }) => {
  const { bookingId, room } = req.body
  await emit({ topic: 'booking.requested', data: { bookingId, room } })
  return { status: 202, body: { bookingId } }
}
