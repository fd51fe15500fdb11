exports.config = {
  type: 'event',
  name: 'OpenTicket',
  description: 'Asks a person to look at what a machine could not do',
  subscribes: ['analysis.failed', 'report.failed'],
  emits: [],
  input: {
    source: 'string',
    reference: 'string',
    error: 'string',
  },
  flows: ['reviews', 'reporting'],
}

exports.handler = async (failure, { logger, state }) => {
  const id = `${failure.source}-${failure.reference}`
  await state.set('tickets', id, { ...failure, open: true })
  logger.warn('Ticket opened', { id })
}
