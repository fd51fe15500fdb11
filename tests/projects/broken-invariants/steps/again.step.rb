def config
  { type: 'event', name: 'Again', subscribes: ['again'], emits: ['again'], input: { n: 'integer' } }
end

def handler(input, context)
  context[:emit].call({ topic: 'again', data: { n: input['n'] } })
end
