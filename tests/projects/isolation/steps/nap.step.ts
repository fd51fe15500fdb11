export { handler } from './sleep.step'

export const config = { type: 'event', name: 'NapTs', subscribes: ['ts.sleep'], emits: ['ts.counted'] }
