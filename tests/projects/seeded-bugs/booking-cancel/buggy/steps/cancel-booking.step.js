exports.config = {
  type: 'event',
  name: 'CancelBooking',
  subscribes: ['booking.cancelled'],
  emits: [],
  flows: ['bookings'],
}

exports.handler = async ({ bookingId }, { state, logger }) => {
  const booking = await state.get('bookings', bookingId)
  if (!booking) {
    logger.warn('There is no such booking', { bookingId })
    return
  }
  await state.set('bookings', bookingId, { ...booking, status: 'cancelled' })
}
