const { z } = require('zod')

const base = z.object({ id: z.string() })

module.exports = {
  config: {
    type: 'event',
    name: 'Common',
    subscribes: ['common.sent'],
    emits: [],
    input: base.extend({ at: z.string().optional() }),
  },
  handler: async () => {},
}
