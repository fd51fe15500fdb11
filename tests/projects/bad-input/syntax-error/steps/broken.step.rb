def config
  { type: 'event', name: 'BrokenRuby', subscribes: ['rb.go'], emits: [] }
end

def handler(input, context)
  context.logger.info(input['id']]
end
