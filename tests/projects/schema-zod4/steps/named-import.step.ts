import { array, object, string } from 'zod'

export const config = {
  type: 'event',
  name: 'NamedImport',
  subscribes: ['named.sent'],
  emits: [],
  input: object({ names: array(string().min(1)) }),
}

export const handler = async () => {}
