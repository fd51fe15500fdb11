def config
  {
    type: 'event',
    name: 'KeepFlag',
    subscribes: ['flag.changed'],
    emits: [],
    flows: ['flags']
  }
end

def handler(input, context)
  context.state.set('flags', input['name'], input['enabled'])
end
