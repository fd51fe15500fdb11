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
  context.state.update('polls', input['pollId'], [{ type: 'increment', path: input['option'] }])
end
