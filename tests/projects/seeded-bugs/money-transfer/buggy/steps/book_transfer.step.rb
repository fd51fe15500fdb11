def config
  {
    type: 'event',
    name: 'BookTransfer',
    subscribes: ['transfer.wanted'],
    emits: ['transfer.done'],
    flows: ['bank']
  }
end

def handler(input, context)
  add(context, input['from'], -input['cents'])
  add(context, input['to'], input['cents'])
  context.emit(topic: 'transfer.done', data: { transferId: input['transferId'] })
end

def add(context, account, cents)
  context.state.update('accounts', account, [{ type: 'increment', path: 'cents', by: cents }])
end
