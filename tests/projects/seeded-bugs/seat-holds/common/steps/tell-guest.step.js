exports.config = {
  type: 'event',
  name: 'TellGuest',
  subscribes: ['seat.held', 'seat.refused'],
  emits: [],
  flows: ['box-office'],
}

exports.handler = async ({ seat, guest }, { logger }) => {
  logger.info(`A decision about seat ${seat}`, { guest })
}
