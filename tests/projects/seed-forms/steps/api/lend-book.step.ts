// A typed config of the framework's own package, responses by status.
import { z } from 'zod'
import type { ApiRouteConfig, Handlers } from '@motia/core'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'LendBook',
  method: 'POST',
  path: '/loans',
  bodySchema: z.object({
    bookId: z.string().min(1),
    reader: z.enum(['adult', 'child']),
  }),
  responseSchema: { 201: z.object({ loanId: z.string(), message: z.string() }) },
  emits: ['book.lent'],
  flows: ['library'],
}

export const handler: Handlers['LendBook'] = async (req, { emit, state }) => {
  const loan = { loanId: crypto.randomUUID(), ...req.body, dueAt: new Date() }
  await state.set('loans', loan.loanId, loan)
  await emit({ topic: 'book.lent', data: loan })
  return { status: 201, body: { loanId: loan.loanId, message: 'enjoy' } }
}
