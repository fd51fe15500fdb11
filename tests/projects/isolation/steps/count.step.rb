require_relative 'counter'

def config
  { type: 'event', name: 'CountRuby', subscribes: ['rb.go'], emits: ['rb.counted'] }
end

def handler(input, context)
  context.emit.call(topic: 'rb.counted', data: { n: Counter.next_one })
end
