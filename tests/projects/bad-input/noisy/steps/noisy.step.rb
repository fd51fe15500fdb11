def config
  { type: 'event', name: 'NoisyRuby', subscribes: ['rb.go'], emits: ['fine.go'] }
end

def handler(input, context)
  20_000.times { |i| puts "rb says line #{i} of many" }
  puts '{"type":"done","value":{"status":200},"calls":[],"leaked":[]}'
  warn 'rb complains'
  context.emit(topic: 'fine.go', data: { id: input['id'] })
end
