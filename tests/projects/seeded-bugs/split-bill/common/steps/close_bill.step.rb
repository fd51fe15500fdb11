def config
  {
    type: 'event',
    name: 'CloseBill',
    subscribes: ['bill.shared'],
    emits: ['bill.closed', 'bill.disputed'],
    flows: ['bills']
  }
end

def handler(input, context)
  paid = input['shares'].sum { |euros| (euros * 100).round }
  topic = paid == input['cents'] ? 'bill.closed' : 'bill.disputed'
  context.emit(topic: topic, data: { billId: input['billId'], paid: paid, cents: input['cents'] })
end
