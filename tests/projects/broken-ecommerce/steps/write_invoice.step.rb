def config
  {
    type: 'event',
    name: 'WriteInvoice',
    subscribes: ['payment.processed'],
    emits: ['invoice.written'],
    #        ^^^^^^^^^^^^^^^ unsubscribed-topic
    input: {
      orderId: 'string',
      amount: 'number'
    },
    flows: ['ecommerce']
  }
end

def handler(payment, context)
  emit = context[:emit]
  #               ^^^^ seed-dialect
  emit.call(topic: 'invoice.written', data: { orderId: payment['orderId'] })
rescue => error
  emit.call(topic: 'invoice.failed', data: { error: error.message })
  #                 ^^^^^^^^^^^^^^ undeclared-emit
end
