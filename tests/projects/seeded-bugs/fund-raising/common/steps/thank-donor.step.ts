import type { EventConfig, Handlers } from 'motia'

export const config: EventConfig = {
  type: 'event',
  name: 'ThankDonor',
  subscribes: ['pledge.booked'],
  emits: [],
  flows: ['funds'],
}

export const handler: Handlers['ThankDonor'] = async ({ euros }, { logger }) => {
  logger.info(`Thank you for ${euros} euros`)
}
