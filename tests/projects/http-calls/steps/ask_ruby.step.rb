require 'json'
require 'net/http'

def config
  { type: 'event', name: 'AskRuby', subscribes: ['ask'], emits: ['answered'] }
end

def handler(question, context)
  response = Net::HTTP.post(
    URI('https://rb.oracle.test/ask'),
    { by: question['by'] }.to_json,
    'content-type' => 'application/json'
  )
  context[:emit].call(topic: 'answered', data: { from: 'ruby' }.merge(JSON.parse(response.body, symbolize_names: true)))
end
