import type { StreamConfig } from 'motia'

export const config: StreamConfig = {
  name: 'boards',
  schema: {
    type: 'object',
    properties: {
      id: { type: 'string' },
      cells: { type: 'string', pattern: '^[xo.]{9}$' },
      turn: { type: 'string', enum: ['x', 'o'] },
      winner: { type: ['string', 'null'] },
    },
    required: ['id', 'cells', 'turn'],
  },
  baseConfig: { storageType: 'default' },
}
