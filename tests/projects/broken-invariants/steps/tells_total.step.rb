def config
  {
    type: 'api',
    name: 'TellsTotal',
    method: 'POST',
    path: '/totals',
    bodySchema: {
      type: 'object',
      properties: { amount: { type: 'integer', minimum: 0, maximum: 9 } },
      required: ['amount']
    },
    emits: ['total.told']
  }
end

def handler(req, context)
  amount = req['body']['amount']
  total = amount > 4 ? amount.to_s : amount
  context[:emit].call({ topic: 'total.told', data: { total: total } })
  { status: 200, body: {} }
end
