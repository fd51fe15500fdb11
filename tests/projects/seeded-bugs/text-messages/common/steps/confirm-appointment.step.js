exports.config = {
  type: 'api',
  name: 'ConfirmAppointment',
  method: 'POST',
  path: '/appointments',
  bodySchema: {
    type: 'object',
    properties: { appointmentId: { type: 'string' }, phone: { type: 'string' } },
    required: ['appointmentId', 'phone'],
  },
  emits: ['appointment.confirmed'],
  flows: ['appointments'],
}

exports.handler = async (req, { emit }) => {
  const { appointmentId, phone } = req.body
  await emit({ topic: 'appointment.confirmed', data: { appointmentId, phone } })
  return { status: 202, body: {} }
}
