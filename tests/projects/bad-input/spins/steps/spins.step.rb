def config
  { type: 'event', name: 'SpinRuby', subscribes: ['rb.go'], emits: ['fine.go'] }
end

def handler(input, context)
  loop {}
end
