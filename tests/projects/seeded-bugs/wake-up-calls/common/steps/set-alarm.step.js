exports.config = {
  type: 'api',
  name: 'SetAlarm',
  method: 'POST',
  path: '/alarms',
  bodySchema: {
    type: 'object',
    properties: { hour: { type: 'integer', minimum: 0, maximum: 23 } },
    required: ['hour'],
    additionalProperties: false,
  },
  emits: [],
  flows: ['alarms'],
}

exports.handler = async (req, { state }) => {
  await state.set('alarms', 'room-7', { room: 'room-7', hour: req.body.hour })
  return { status: 201, body: {} }
}
