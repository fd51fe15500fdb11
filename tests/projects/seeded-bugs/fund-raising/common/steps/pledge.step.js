import { toCents } from '../lib/money.js'

export const config = {
  type: 'api',
  name: 'Pledge',
  method: 'POST',
  path: '/pledges',
  bodySchema: {
    type: 'object',
    properties: { euros: { type: 'integer', minimum: 1, maximum: 50_000_000 } },
    required: ['euros'],
    additionalProperties: false,
  },
  emits: ['pledge.made'],
  flows: ['funds'],
}

export const handler = async (req, { emit }) => {
  await emit({ topic: 'pledge.made', data: { euros: req.body.euros, cents: toCents(req.body.euros) } })
  return { status: 202, body: {} }
}
