export { booking, guest } from './booking'
export * from './money'
