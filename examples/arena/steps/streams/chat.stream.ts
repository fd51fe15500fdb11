import type { StreamConfig } from 'motia'

export const config: StreamConfig = {
  name: 'chat',
  schema: {
    type: 'object',
    properties: {
      id: { type: 'string' },
      player: { type: 'string' },
      text: { type: 'string', minLength: 1 },
      at: { type: 'string' },
    },
    required: ['id', 'player', 'text', 'at'],
  },
  baseConfig: { storageType: 'default' },
}
