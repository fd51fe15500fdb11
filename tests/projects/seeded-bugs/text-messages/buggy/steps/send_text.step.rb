require 'json'
require 'net/http'

def config
  {
    type: 'event',
    name: 'SendText',
    subscribes: ['appointment.confirmed'],
    emits: ['text.sent'],
    infrastructure: {
      handler: { timeout: 20 },
      queue: { type: 'standard', maxRetries: 3, visibilityTimeout: 30 }
    },
    flows: ['appointments']
  }
end

def handler(input, context)
  uri = URI('https://sms.example.com/2024/messages')
  http = Net::HTTP.new(uri.host, uri.port)
  http.use_ssl = true
  message = {
    to: input['phone'],
    text: 'See you soon',
    reference: "#{input['appointmentId']}-#{Time.now.to_i}"
  }
  answer = http.post(uri.path, message.to_json, 'content-type' => 'application/json')
  raise "the gateway answered #{answer.code}" unless answer.is_a?(Net::HTTPSuccess)

  context.emit(topic: 'text.sent', data: { appointmentId: input['appointmentId'] })
end
