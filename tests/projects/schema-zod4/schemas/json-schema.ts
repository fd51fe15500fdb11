import { z } from 'zod'

export const jsonSchema = (schema: z.ZodType) => z.toJSONSchema(schema)
