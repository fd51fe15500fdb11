import { next } from './counter'

export const config = { type: 'event', name: 'CountTs', subscribes: ['ts.go'], emits: ['ts.counted'] }

export const handler = async (_: unknown, { emit }: any) => {
  await emit({ topic: 'ts.counted', data: { n: next() } })
}
