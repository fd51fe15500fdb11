exports.config = {
  type: 'api',
  name: 'AdmitPatient',
  method: 'POST',
  path: '/patients',
  bodySchema: {
    type: 'object',
    properties: { name: { type: 'string', pattern: '^[A-Za-zÀ-ÖØ-öø-ÿ]{1,12}$' } },
    required: ['name'],
    additionalProperties: false,
  },
  emits: ['patient.admitted'],
  flows: ['clinic'],
}

exports.handler = async (req, { emit, state }) => {
  const key = req.body.name.toLowerCase()
  await state.set('patients', key, { name: req.body.name })
  await emit({ topic: 'patient.admitted', data: { name: req.body.name } })
  return { status: 201, body: { key } }
}
