def config
  {
    type: 'event',
    name: 'AnswerCustomer',
    subscribes: ['stock.reserved', 'stock.missing'],
    emits: [],
    flows: ['shop']
  }
end

def handler(input, context)
  context.logger.info("#{input['quantity']} of #{input['sku']}: decided")
end
