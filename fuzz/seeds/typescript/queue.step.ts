import { z } from 'zod'
import { Topics } from '../topics'
const Base = z.object({ id: z.string().uuid(), tags: z.array(z.string()).default([]) })
export const config = {
  name: 'Ship',
  triggers: [{ type: 'queue', topic: Topics.Paid, input: Base.extend({ n: z.number().min(1) }) }],
  enqueues: ['order.shipped', { topic: `order.${'late'}`, label: 'too late', conditional: true }],
  flows: ['orders'],
} as const satisfies StepConfig
export const handler: Handlers['Ship'] = async (input, { enqueue, state, streams }) => {
  const found = await state.get<string>('orders', input.id)
  await streams.board.set('all', input.id, { found })
  for (const tag of input.tags) await enqueue({ topic: 'order.shipped', data: { id: input.id, tag } })
}
