require 'json'
require 'net/http'

def config
  {
    type: 'event',
    name: 'AlertBuyers',
    subscribes: ['stock.low'],
    emits: ['buyers.alerted'],
    flows: ['warehouse']
  }
end

def post_message(text)
  uri = URI('https://hooks.chat.example.com/buyers')
  http = Net::HTTP.new(uri.host, uri.port)
  http.use_ssl = true
  http.read_timeout = 10
  answer = http.post(uri.path, { text: text }.to_json, 'content-type' => 'application/json')
  raise "the chat answered #{answer.code}" unless answer.is_a?(Net::HTTPSuccess)
end

def handler(input, context)
  post_message("Only #{input['left']} of #{input['sku']} left")
  context.emit(topic: 'buyers.alerted', data: { sku: input['sku'] })
rescue StandardError => e
  context.logger.error('Buyers could not be alerted', { error: e.message })
end
