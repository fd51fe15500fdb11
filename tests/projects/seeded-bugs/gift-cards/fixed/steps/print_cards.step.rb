SHEETS = 10
CARDS_A_SHEET = 10

def config
  {
    type: 'event',
    name: 'PrintCards',
    subscribes: ['cards.ordered'],
    emits: ['cards.printed', 'cards.refused'],
    flows: ['gift-cards']
  }
end

def handler(input, context)
  quantity = input['quantity']
  if quantity > SHEETS * CARDS_A_SHEET
    context.emit(topic: 'cards.refused', data: { quantity: quantity })
  else
    context.emit(topic: 'cards.printed', data: { quantity: quantity })
  end
end
