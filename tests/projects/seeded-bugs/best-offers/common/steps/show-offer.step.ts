import type { EventConfig, Handlers } from 'motia'

export const config: EventConfig = {
  type: 'event',
  name: 'ShowOffer',
  subscribes: ['offer.chosen'],
  emits: [],
  flows: ['offers'],
}

export const handler: Handlers['ShowOffer'] = async ({ shop, cents }, { state }) => {
  await state.set('offers', 'best', { shop, cents })
}
