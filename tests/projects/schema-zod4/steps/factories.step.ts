import { z } from 'zod'

const upper = (text: string) => text.toUpperCase()
const kind = (values: string[]) => z.string().transform(upper).pipe(z.enum(values as any))
const page = (item: z.ZodTypeAny) => z.object({ items: z.array(item), next: z.string().optional() })
function named() {
  return z.object({ name: z.string() })
}
const maybe = (inner: z.ZodTypeAny) => inner.optional()

export const config = {
  type: 'event',
  name: 'Factories',
  subscribes: ['factories.sent'],
  emits: [],
  input: z.object({
    kind: kind(['A', 'B']),
    page: page(z.object({ id: z.string() })),
    person: named(),
    people: z.array(named()),
    renamed: named().extend({ nick: z.string() }),
    maybe: maybe(z.string()),
  }),
}

export const handler = async () => {}
