// `exports.config`, cookies, a time to live, a second step's topic in the list.
exports.config = {
  type: 'api',
  name: 'ReserveSeat',
  method: 'POST',
  path: '/seats/reserve',
  emits: ['seat.reserved', 'seat.counted'],
}

exports.handler = async (req, { state, emit }) => {
  const visit = req.cookies.visit || crypto.randomUUID()
  const seats = (await state.get('seats', visit)) || { taken: [] }
  seats.taken.push(req.body.seat)
  await state.set('seats', visit, seats, 1800)
  await emit({ topic: 'seat.reserved', data: { visit, seats: seats.taken } })
  return { status: 200, headers: { 'Set-Cookie': `visit=${visit}; Path=/` }, body: seats }
}
