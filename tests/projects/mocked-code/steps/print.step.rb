# Libraries that are not installed, one below another, and methods that nobody defines.
require 'prawn'
require 'prawn/table'
require 'money'

def config
  { type: 'event', name: 'Print', subscribes: ['print.go'], emits: [] }
end

def handler(input, context)
  usage = calculate_usage(input['tenant'], context, period: 'may')
  begin
    upload(usage)
  rescue StorageError => error
    failed = error.message
  end
  context.state.set('printed', 'it', {
    pdf: Prawn::Document.new.text(input['tenant']),
    table: Prawn.table?,
    money: Money.new(5).cents,
    calls: usage[:calls],
    again: usage['calls'],
    failed: failed,
    mailed: Mailer.deliver(input['tenant'])[:id],
    rate: RATES['eur'],
    looked: look_up('a'),
    own: own_helper
  })
end

def own_helper = 'own'
