export const config = { type: 'event', name: 'ThrowTs', subscribes: ['ts.go'], emits: ['fine.go'] }

interface Input {
  id: number
}

export const handler = async (input: Input) => {
  throw new RangeError(`the ts step cannot take ${input.id}`)
}
