import type { StreamConfig } from 'motia'

export const config: StreamConfig = {
  name: 'article-news',
  schema: {
    type: 'object',
    properties: {
      id: { type: 'string' },
      status: { type: 'string', enum: ['published', 'rejected'] },
      reason: { type: ['string', 'null'] },
      at: { type: 'string' },
    },
    required: ['id', 'status', 'at'],
  },
  baseConfig: { storageType: 'default' },
}
