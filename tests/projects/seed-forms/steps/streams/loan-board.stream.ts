// A stream whose storage is described beyond what the framework knows.
import { StreamConfig } from 'motia'
import { z } from 'zod'

export const loanNoteSchema = z.object({
  id: z.string(),
  kind: z.enum(['lent', 'shelved']),
  note: z.string().optional(),
  at: z.string(),
})

export const config: StreamConfig = {
  name: 'loan-board',
  schema: loanNoteSchema,
  baseConfig: {
    storageType: 'default',
    ttl: 3600,
    maxItems: 50,
  },
}
