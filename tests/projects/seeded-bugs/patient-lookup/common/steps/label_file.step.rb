def config
  {
    type: 'event',
    name: 'LabelFile',
    subscribes: ['file.opened', 'file.unknown'],
    emits: [],
    flows: ['clinic']
  }
end

def handler(input, context)
  context.state.set('labels', input['name'], { text: input['name'].upcase })
end
