def config
  { type: 'event', name: 'KeepGreeting', subscribes: ['greeting.said'], emits: [] }
end

def handler(input, context)
  context.state.set('greetings', 'last', { text: input['text'] })
end
