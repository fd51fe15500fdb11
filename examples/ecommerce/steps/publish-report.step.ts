import { z } from 'zod'
import type { EventConfig, EventHandler } from 'motia'

const inputSchema = z.object({
  reportId: z.string(),
  kind: z.enum(['receipt', 'analytics']),
  title: z.string(),
})

export const config: EventConfig = {
  type: 'event',
  name: 'PublishReport',
  description: 'Puts a finished report where people find it',
  subscribes: ['report.generated'],
  emits: [],
  input: inputSchema,
  flows: ['ecommerce', 'reporting'],
}

export const handler: EventHandler<z.infer<typeof inputSchema>> = async (input, { logger, state }) => {
  await state.set('published_reports', input.reportId, { ...input, path: `/reports/${input.reportId}.html` })
  logger.info('Report published', { reportId: input.reportId, kind: input.kind })
}
