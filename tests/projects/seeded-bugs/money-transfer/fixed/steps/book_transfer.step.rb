def config
  {
    type: 'event',
    name: 'BookTransfer',
    subscribes: ['transfer.wanted'],
    emits: ['transfer.done'],
    flows: ['bank']
  }
end

# What is written is the same however often a message comes.
def handler(input, context)
  context.state.set('postings', input['transferId'],
                    { from: input['from'], to: input['to'], cents: input['cents'] })
  context.emit(topic: 'transfer.done', data: { transferId: input['transferId'] })
end
