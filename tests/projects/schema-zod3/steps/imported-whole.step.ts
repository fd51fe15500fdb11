import { booking } from '../schemas'

export const config = {
  type: 'event',
  name: 'ImportedWhole',
  subscribes: ['imported.whole'],
  emits: [],
  input: booking,
}

export const handler = async () => {}
