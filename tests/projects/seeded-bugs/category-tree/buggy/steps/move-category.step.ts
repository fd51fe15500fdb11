import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'MoveCategory',
  method: 'POST',
  path: '/moves',
  bodySchema: {
    type: 'object',
    properties: {
      category: { type: 'string', enum: ['home', 'garden', 'tools'] },
      under: { type: 'string', enum: ['home', 'garden', 'tools'] },
    },
    required: ['category', 'under'],
    additionalProperties: false,
  },
  emits: ['category.changed'],
  flows: ['catalogue'],
}

export const handler: Handlers['MoveCategory'] = async (req, { emit, state }) => {
  const { category, under } = req.body
  await state.set('parents', category, under)
  await emit({ topic: 'category.changed', data: { category } })
  return { status: 202, body: {} }
}
