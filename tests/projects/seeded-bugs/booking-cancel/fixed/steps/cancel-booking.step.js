exports.config = {
  type: 'event',
  name: 'CancelBooking',
  subscribes: ['booking.cancelled'],
  emits: [],
  flows: ['bookings'],
}

// The cancellation may come before the booking itself, so it does not look for it.
exports.handler = async ({ bookingId }, { state }) => {
  await state.update('bookings', bookingId, [{ type: 'merge', value: { status: 'cancelled' } }])
}
