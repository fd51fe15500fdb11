// Helpers, schemas and middleware that nobody imports; an answer before the work is done.
export const config: ApiRouteConfig = {
  type: 'api',
  name: 'FindCopy',
  method: 'POST',
  path: '/copies/find',
  middleware: [readerMiddleware],
  bodySchema: z.object({
    title: z.string(),
    binding: z.enum(['hard', 'soft', 'audio']),
  }),
  emits: ['copy.searched', 'copy.found'],
}

export const handler = async (req, { emit, state, streams }) => {
  const reader = req.user.id
  const { title, binding } = req.body
  const habits = await state.get('habits', reader)
  const searchId = crypto.randomUUID()
  const search = { id: searchId, reader, title, binding, patience: habits?.patience || 10, startedAt: Date.now() }
  await state.set('searches', searchId, search, 600) // ten minutes
  const updates = streams[`reader:${reader}`]
  await updates.set('search', searchId, { title })
  await emit({ topic: 'copy.searched', data: search })
  return { status: 202, body: { searchId, minutes: minutesUntilFound(title, binding) } }
}
