import { ApiRouteConfig, Handlers } from 'motia'
import { z } from 'zod'
import { TicketTopic } from '../shared/topics'
import { notifyAgents } from '../services/agents'

const attachment = z.object({ url: z.string().url(), bytes: z.number().int().positive() })

const bodySchema = z
  .object({
    subject: z.string().min(3).max(120),
    priority: z.enum(['low', 'high']).default('low'),
    attachments: z.array(attachment).optional(),
  })
  .strict()

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'CreateTicket',
  method: 'POST',
  path: '/tickets',
  bodySchema,
  responseSchema: { 201: z.object({ id: z.string() }), 400: z.object({ error: z.string() }) },
  emits: [
    'ticket.created',
    { topic: TicketTopic.Escalated, label: 'Escalate', conditional: true },
  ],
  flows: ['support'],
}

export const handler: Handlers['CreateTicket'] = async (req, { emit, logger, state, streams, traceId }) => {
  const { subject, priority } = req.body
  const ticket = { id: `t-${traceId}`, ...req.body, openedAt: new Date().toISOString() }

  await state.set('tickets', ticket.id, ticket)
  await streams['support-queue'].set(priority, ticket.id, { subject })
  await emit({ topic: 'ticket.created', data: ticket })

  if (priority === 'high') {
    // The declared topics are typed away while the subscriber is missing.
    await (emit as any)({ topic: TicketTopic.Escalated, data: { id: ticket.id, subject } })
    await notifyAgents(emit, ticket)
  }

  logger.info('created', { id: ticket.id })
  return { status: 201, body: { id: ticket.id } }
}
