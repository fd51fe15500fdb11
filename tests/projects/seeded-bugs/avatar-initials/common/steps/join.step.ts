import type { ApiRouteConfig, Handlers } from 'motia'
import { initialOf } from '../lib/initial'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'Join',
  method: 'POST',
  path: '/members',
  bodySchema: {
    type: 'object',
    properties: { nickname: { type: 'string', minLength: 1, maxLength: 20 } },
    required: ['nickname'],
    additionalProperties: false,
  },
  emits: ['member.joined'],
  flows: ['avatars'],
}

export const handler: Handlers['Join'] = async (req, { emit }) => {
  const { nickname } = req.body
  const initial = initialOf(nickname)
  await emit({ topic: 'member.joined', data: { initial } })
  return { status: 201, body: { begins: nickname.startsWith(initial) && initial.isWellFormed() } }
}
