import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'PlanMeeting',
  method: 'POST',
  path: '/meetings',
  bodySchema: {
    type: 'object',
    properties: { meetingId: { type: 'string' }, guest: { type: 'string' } },
    required: ['meetingId', 'guest'],
  },
  emits: ['meeting.planned', 'reminder.due'],
  flows: ['meetings'],
}

export const handler: Handlers['PlanMeeting'] = async (req, { emit }) => {
  const { meetingId, guest } = req.body
  await emit({ topic: 'meeting.planned', data: { meetingId, guest } })
  await emit({ topic: 'reminder.due', data: { meetingId } })
  return { status: 202, body: { meetingId } }
}
