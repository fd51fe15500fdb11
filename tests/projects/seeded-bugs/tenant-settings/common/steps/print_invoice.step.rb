def config
  {
    type: 'event',
    name: 'PrintInvoice',
    subscribes: ['invoice.made'],
    emits: [],
    flows: ['invoices']
  }
end

def handler(input, context)
  amount = format('%.2f %s', input['cents'] / 100.0, input['currency'])
  context.state.set('invoices', input['tenantId'], { text: "To pay: #{amount}" })
end
