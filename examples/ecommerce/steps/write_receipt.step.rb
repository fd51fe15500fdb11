# Writes the receipt of a paid order, with a few words about what else the customer may like.

require 'cgi'
require 'securerandom'
require 'time'

def config
  {
    type: 'event',
    name: 'WriteReceipt',
    description: 'Writes the receipt of a paid order',
    subscribes: ['recommendations.updated'],
    emits: ['report.generated'],
    input: {
      orderId: 'string',
      customerId: 'string',
      amount: 'number',
      currency: 'string',
      products: ['string']
    },
    flows: ['ecommerce']
  }
end

def handler(input, context)
  report = {
    id: SecureRandom.uuid,
    kind: 'receipt',
    html: receipt_html(input),
    generatedAt: Time.now.utc.iso8601
  }
  context.state.set('reports', report[:id], report)
  context.logger.info('Receipt written', orderId: input['orderId'], reportId: report[:id])

  context.emit(
    topic: 'report.generated',
    data: { reportId: report[:id], kind: 'receipt', title: "Receipt for order #{input['orderId']}" }
  )
end

def receipt_html(input)
  total = format('%.2f %s', input['amount'] / 100.0, input['currency'].upcase)
  liked = input['products'].map { |product| "<li>#{CGI.escapeHTML(product)}</li>" }
  <<~HTML
    <h1>Receipt</h1>
    <p>#{CGI.escapeHTML(input['customerId'])} paid #{total} for order #{input['orderId']}.</p>
    <ul>#{liked.join}</ul>
  HTML
end
