def config
  {
    type: 'event',
    name: 'RemoveFiles',
    subscribes: ['user.deleted'],
    emits: [],
    flows: ['files']
  }
end

def handler(input, context)
  context.state.get_pattern('files', "user#{input['userId']}-*").each do |file|
    context.state.delete('files', "user#{file['userId']}-#{file['name']}")
  end
end
