def config
  {
    type: 'event',
    name: 'CountVote',
    subscribes: ['vote.cast'],
    emits: [],
    input: {
      type: 'object',
      properties: { pollId: { type: 'string' }, option: { type: 'string' } },
      required: %w[pollId option]
    },
    flows: ['polls']
  }
end

def handler(input, context)
  poll = context.state.get('polls', input['pollId']) || { 'yes' => 0, 'no' => 0 }
  poll[input['option']] += 1
  context.state.set('polls', input['pollId'], poll)
end
