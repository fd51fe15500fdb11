# Gems that are not there, helpers that nobody defines, members of their results by symbol.
require 'prawn'
require 'money'

def config
  {
    type: 'event',
    name: 'MailBill',
    subscribes: ['bill.written'],
    emits: ['bill.sent', 'bill.lost']
  }
end

def handler(input, context)
  visit = input['visit']
  reader = context.state.get('readers', visit)
  figures = read_meter(visit, context)
  sums = price_list(reader['kind'], figures)
  path = draw_bill(reader, sums)
  url = store_file(path, context)

  context.emit(
    topic: 'bill.sent',
    data: {
      visit: visit,
      url: url,
      amount: sums[:total]
    }
  )
end
