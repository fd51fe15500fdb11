import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'CloseSurvey',
  method: 'POST',
  path: '/surveys/closed',
  bodySchema: {
    type: 'object',
    properties: {
      title: { type: 'string', maxLength: 60 },
      scores: { type: 'array', items: { type: 'integer', minimum: 1, maximum: 5 } },
    },
    required: ['title', 'scores'],
    additionalProperties: false,
  },
  emits: ['survey.closed'],
  flows: ['surveys'],
}

export const handler: Handlers['CloseSurvey'] = async (req, { emit }) => {
  const { title, scores } = req.body
  await emit({ topic: 'survey.closed', data: { title, scores } })
  return { status: 202, body: {} }
}
