export const config = { type: 'event', name: 'Plain', subscribes: ['plain.go'], emits: ['plain.done'] }

export const handler = async (_: unknown, { emit }: any) => {
  await emit({ topic: 'plain.done', data: {} })
}
