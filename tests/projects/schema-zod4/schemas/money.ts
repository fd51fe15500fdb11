import { z } from 'zod'

export enum Currency {
  Euro = 'EUR',
  Dollar = 'USD',
}

export const money = z.object({
  amount: z.number().nonnegative(),
  currency: z.nativeEnum(Currency).default(Currency.Euro),
})

export const maybeNote = z.string().max(200).optional()

export const defaulted = z.number().int().default(1)

export const paging = { page: z.number().int().min(1), size: z.number().int().max(100).optional() }
