require 'net/http'

def config
  { type: 'event', name: 'CallRuby', subscribes: ['rb.go'], emits: ['fine.go'] }
end

def handler(input, context)
  begin
    Net::HTTP.get(URI('https://rb.unknown.test/ping'))
  rescue StandardError
    # The swallowed error is the point of this step.
  end
  context.emit(topic: 'fine.go', data: { id: input['id'] })
end
