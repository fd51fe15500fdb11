def config
  {
    type: 'event',
    name: 'NotifyCustomer',
    #      ^^^^^^^^^^^^^^ duplicate-step-name
    subscribes: ['customer.notifed', 'order.audited'],
    #             ^^^^^^^^^^^^^^^^ misspelled-topic
    emits: [],
    flows: ['ecommerce']
  }
end

def handler(notice, context)
  context.logger.info('A customer was told', notice: notice)
end
