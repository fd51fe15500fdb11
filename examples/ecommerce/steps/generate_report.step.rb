# Turns the figures of the shop into a table for the spreadsheet and a page for the eyes.

require 'cgi'
require 'csv'
require 'securerandom'
require 'time'

def config
  {
    type: 'event',
    name: 'GenerateReport',
    description: 'Renders the figures of the shop as CSV and HTML',
    subscribes: ['analytics.generated', 'report.requested'],
    emits: ['report.generated', 'report.failed'],
    input: {
      totalOrders: 'number',
      averageOrderValue: 'number',
      topProducts: 'object'
    },
    flows: ['reporting']
  }
end

def handler(figures, context)
  logger = context[:logger]
  emit = context[:emit]
  state = context[:state]

  begin
    report = {
      id: SecureRandom.uuid,
      kind: 'analytics',
      csv: report_csv(figures),
      html: report_html(figures),
      generatedAt: Time.now.utc.iso8601
    }
    state.set('reports', report[:id], report)
    emit.call(topic: 'report.generated', data: { reportId: report[:id], kind: 'analytics', title: 'Orders of the shop' })
    logger.info('Report generated', reportId: report[:id])
  rescue => error
    logger.error('Report failed', error: error.message)
    emit.call(topic: 'report.failed', data: { source: 'GenerateReport', reference: 'analytics', error: error.message })
  end
end

def report_csv(figures)
  CSV.generate do |csv|
    csv << ['Metric', 'Value']
    csv << ['Total orders', figures['totalOrders']]
    csv << ['Average order value', euros(figures['averageOrderValue'])]
    figures['topProducts'].each { |product, count| csv << ["Sold: #{product}", count] }
  end
end

def report_html(figures)
  rows = figures['topProducts'].map { |product, count| "<li>#{CGI.escapeHTML(product.to_s)}: #{count}</li>" }
  <<~HTML
    <h1>Orders of the shop</h1>
    <p>#{figures['totalOrders']} orders, #{euros(figures['averageOrderValue'])} on average.</p>
    <ul>#{rows.join}</ul>
  HTML
end

def euros(cents)
  format('%.2f', cents / 100.0)
end
