export const config = { type: 'event', name: 'BrokenTs', subscribes: ['ts.go'], emits: [] }

export const handler = async (input: { id: string }) => {
  const half = input.id +
}
