# Writes the invoice of a tenant's month as a PDF.

require 'prawn'

def config
  {
    type: 'event',
    name: 'WriteInvoice',
    description: 'Writes an invoice and hands it on to be charged',
    subscribes: ['invoice.requested'],
    emits: ['invoice.written'],
    input: { tenantId: 'string', month: 'string', calls: 'number' },
    flows: ['billing']
  }
end

CENTS_A_CALL = { 'free' => 10, 'team' => 2 }.freeze

def handler(input, context)
  tenant = context[:state].get('tenants', input['tenantId'])
  return context[:logger].warn('No tenant to invoice', { tenantId: input['tenantId'] }) unless tenant

  extra = [input['calls'] - tenant['included'], 0].max
  cents = extra * CENTS_A_CALL.fetch(tenant['plan'])
  document = Prawn::Document.new
  document.text("#{tenant['name']}, #{input['month']}")
  document.text(format('%d calls, %d beyond the plan: %.2f', input['calls'], extra, cents / 100.0))
  id = "#{input['tenantId']}:#{input['month']}"
  context[:state].set('invoices', id, { id: id, tenantId: input['tenantId'], cents: cents, pdf: document.render })

  context[:emit].call(topic: 'invoice.written', data: { invoiceId: id, tenantId: input['tenantId'], cents: cents })
end
