import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'HoldSeat',
  method: 'POST',
  path: '/shows/:showId/holds',
  bodySchema: {
    type: 'object',
    properties: { seat: { type: 'string' }, guest: { type: 'string' } },
    required: ['seat', 'guest'],
  },
  emits: ['seat.requested'],
  flows: ['box-office'],
}

export const handler: Handlers['HoldSeat'] = async (req, { emit }) => {
  const { seat, guest } = req.body
  const { showId } = req.pathParams
  await emit({ topic: 'seat.requested', data: { showId, seat, guest }, messageGroupId: `${showId}:${seat}` })
  return { status: 202, body: { seat } }
}
