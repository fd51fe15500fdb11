def config
  {
    type: 'event',
    name: 'SendStatement',
    subscribes: ['purchase.made'],
    emits: ['statement.sent'],
    flows: ['loyalty']
  }
end

def handler(input, context)
  points = context.state.get('points', input['member']) || { 'sum' => 0 }
  context.emit(topic: 'statement.sent', data: { member: input['member'], points: points['sum'] })
end
