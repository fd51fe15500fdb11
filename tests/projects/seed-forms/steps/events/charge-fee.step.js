// The shorthand for messages.
exports.config = {
  type: 'event',
  name: 'ChargeFee',
  subscribes: ['book.lent'],
  emits: ['fee.charged', 'fee.refused'],
  input: {
    loanId: 'string',
    bookId: 'string',
    reader: 'string',
  },
}

exports.handler = async (loan, { logger, emit, state }) => {
  try {
    logger.info('charging', { loanId: loan.loanId })
    const fee = { id: loan.loanId, cents: 150 }
    await state.set('fees', loan.loanId, fee)
    await emit({ topic: 'fee.charged', data: { loanId: loan.loanId, cents: fee.cents } })
  } catch (error) {
    logger.error('refused', { loanId: loan.loanId, error: error.message })
    await emit({ topic: 'fee.refused', data: { loanId: loan.loanId, error: error.message } })
  }
}
