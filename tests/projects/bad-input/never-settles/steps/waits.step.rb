def config
  { type: 'event', name: 'WaitRuby', subscribes: ['rb.go'], emits: ['fine.go'] }
end

def handler(input, context)
  Queue.new.pop
end
