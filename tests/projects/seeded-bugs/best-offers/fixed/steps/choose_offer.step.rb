def config
  {
    type: 'event',
    name: 'ChooseOffer',
    subscribes: ['offers.collected'],
    emits: ['offer.chosen'],
    flows: ['offers']
  }
end

def handler(input, context)
  best = input['offers'].min_by { |offer| offer['cents'] }
  return context.logger.info('Nobody offers it') if best.nil?

  context.emit(topic: 'offer.chosen', data: { shop: best['shop'], cents: best['cents'] })
end
