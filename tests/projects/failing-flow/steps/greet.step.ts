export const config = {
  type: 'api',
  name: 'Greet',
  method: 'POST',
  path: '/greetings',
  emits: ['greeting.requested'],
}

export const handler = async (req: any, { emit }: any) => {
  await emit({ topic: 'greeting.requested', data: { name: req.body.name, loudness: req.body.loudness } })
  return { status: 202, body: {} }
}
