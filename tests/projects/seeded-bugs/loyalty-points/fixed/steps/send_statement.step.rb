def config
  {
    type: 'event',
    name: 'SendStatement',
    subscribes: ['points.added'],
    emits: ['statement.sent'],
    flows: ['loyalty']
  }
end

def handler(input, context)
  context.emit(topic: 'statement.sent', data: { member: input['member'], points: input['sum'] })
end
