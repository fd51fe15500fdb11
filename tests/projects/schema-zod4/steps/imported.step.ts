import { z } from 'zod'
import theBooking, { booking, guest, strictBooking } from '../schemas/booking'
import * as schemas from '../schemas'
import { Currency, defaulted, maybeNote, paging } from '../schemas/money'

export const config = {
  type: 'event',
  name: 'Imported',
  subscribes: ['imported.sent'],
  emits: [],
  input: z.object({
    whole: booking,
    byDefault: theBooking,
    strict: strictBooking,
    omitted: booking.omit({ id: true }),
    partial: booking.omit({ id: true }).partial(),
    picked: booking.pick({ id: true, note: true }),
    extended: booking.extend({ room: z.string(), note: z.string() }),
    list: z.array(guest),
    listed: guest.array(),
    optional: guest.optional(),
    nullable: guest.nullable(),
    nullish: guest.nullish(),
    defaulted: guest.default({ name: 'Ada' }),
    either: z.union([guest, z.string()]),
    both: guest.and(z.object({ age: z.number() })),
    named: z.record(z.string(), guest),
    note: maybeNote,
    count: defaulted,
    countless: defaulted.optional(),
    star: schemas.money,
    starOmitted: schemas.booking.omit({ price: true }),
    currency: z.nativeEnum(Currency),
    paged: z.object(paging),
    described: guest.describe('who comes'),
  }),
}

export const handler = async () => {}
