import { z } from 'zod'

type Tree = { label: string; children: Tree[] }

const tree: z.ZodType<Tree> = z.lazy(() => z.object({ label: z.string(), children: z.array(tree) }))

const folder = z.object({
  name: z.string(),
  get folders() {
    return z.array(folder)
  },
})

const later = z.object({ flat: z.lazy(() => plain), flatMaybe: z.lazy(() => plain.optional()) })
const plain = z.object({ a: z.string() })

export const config = {
  type: 'event',
  name: 'Recursive',
  subscribes: ['recursive.sent'],
  emits: [],
  input: z.object({ tree, folder, later, trees: z.array(tree).optional() }),
}

export const handler = async () => {}
