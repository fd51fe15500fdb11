def config
  {
    type: 'event',
    name: 'BookPledge',
    subscribes: ['pledge.made'],
    emits: ['pledge.booked', 'pledge.rejected'],
    flows: ['funds']
  }
end

def handler(input, context)
  cents = input['cents']
  if cents.positive?
    context.emit(topic: 'pledge.booked', data: { euros: cents / 100 })
  else
    context.emit(topic: 'pledge.rejected', data: { cents: cents })
  end
end
