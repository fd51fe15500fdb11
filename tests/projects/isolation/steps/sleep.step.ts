import { next } from './counter'

export const config = { type: 'event', name: 'SleepTs', subscribes: ['ts.sleep'], emits: ['ts.counted'] }

export const handler = async (_: unknown, { emit }: any) => {
  await new Promise((resolve) => setTimeout(resolve, 1000))
  await emit({ topic: 'ts.counted', data: { n: next() } })
}
