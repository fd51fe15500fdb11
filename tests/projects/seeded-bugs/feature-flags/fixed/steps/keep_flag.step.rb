def config
  {
    type: 'event',
    name: 'KeepFlag',
    subscribes: ['flag.changed'],
    emits: [],
    flows: ['flags']
  }
end

# An item that is `false` is no item to the framework's memory.
def handler(input, context)
  context.state.set('flags', input['name'], { enabled: input['enabled'] })
end
