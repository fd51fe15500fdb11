LINE = { type: 'object', properties: { sku: { type: 'string' } }, required: ['sku'] }.freeze

def config
  {
    type: 'event',
    name: 'Ledger',
    subscribes: ['ledger.sent'],
    emits: ['ledger.kept'],
    flows: ['schemas'],
    input: {
      type: 'object',
      properties: { id: { type: 'string' }, lines: { type: 'array', items: LINE } },
      required: %w[id lines]
    }
  }
end

def handler(input, context)
  context.emit(topic: 'ledger.kept', data: { id: input['id'] })
end
