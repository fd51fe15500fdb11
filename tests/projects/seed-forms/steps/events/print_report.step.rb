# A hash of a context, `emit.call`, symbols as keys, a here-document, helpers below `private`.
require 'csv'
require 'json'

def config
  {
    type: 'event',
    name: 'PrintReport',
    subscribes: ['loans.summed'],
    emits: ['report.printed', 'report.jammed'],
    input: {
      count: 'number',
      topBooks: 'object'
    }
  }
end

def handler(loans, context)
  logger = context[:logger]
  emit = context[:emit]
  state = context[:state]

  begin
    table = CSV.generate do |csv|
      csv << %w[Figure Value]
      csv << ['Loans', loans['count']]
      loans['topBooks'].each { |book, count| csv << ["Book #{book}", count] }
    end
    report = { id: SecureRandom.uuid, table: table, page: page_of(loans) }
    state.set('reports', report[:id], report)
    emit.call(topic: 'report.printed', data: report)
    logger.info('printed', report_id: report[:id])
  rescue => error
    logger.error('jammed', error: error.message)
    emit.call(topic: 'report.jammed', data: { error: error.message })
  end
end

private

def page_of(loans)
  <<~HTML
    <h1>Loans</h1>
    <p>#{loans['count']} at #{Time.now.strftime('%H:%M')}</p>
  HTML
end
