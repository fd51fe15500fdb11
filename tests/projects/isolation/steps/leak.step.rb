def config
  { type: 'event', name: 'LeakRuby', subscribes: ['rb.leak'], emits: ['rb.counted'] }
end

def handler(input, context)
  $leak = ($leak || 0) + 1
  context.emit.call(topic: 'rb.counted', data: { n: $leak })
end
