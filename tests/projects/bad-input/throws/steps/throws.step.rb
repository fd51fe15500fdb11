def config
  { type: 'event', name: 'ThrowRuby', subscribes: ['rb.go'], emits: ['fine.go'] }
end

def handler(input, context)
  raise ArgumentError, "the rb step cannot take #{input['id']}"
end
