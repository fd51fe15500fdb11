exports.config = {
  type: 'event',
  name: 'NotifyCustomer',
  //     ^^^^^^^^^^^^^^ duplicate-step-name
  subscribes: ['payment.failed', 'invoice.failed'],
  emits: ['customer.notified', 'payment.failed', 'invoice.failed'],
  flows: ['ecommerce'],
}

exports.handler = async (failure, { emit }) => {
  await emit({ topic: 'customer.notified', data: { error: failure.error } })
  if (failure.again) {
    await emit({ topic: 'payment.failed', data: { error: failure.error } })
    await emit({ topic: 'invoice.failed', data: { error: failure.error } })
  }
}
