import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'GetBooking',
  method: 'GET',
  path: '/bookings/:bookingId',
  emits: [],
  flows: ['bookings'],
}

export const handler: Handlers['GetBooking'] = async (req, { state }) => {
  const booking = await state.get<{ room: string; status?: string }>('bookings', req.pathParams.bookingId)
  if (!booking) return { status: 404, body: { error: 'No such booking' } }
  return { status: 200, body: { room: booking.room, status: booking.status ?? 'booked' } }
}
