def config
  {
    type: 'event',
    name: 'ShortRuby',
    subscribes: ['short.kept'],
    emits: [],
    input: { id: 'string', count: 'integer', note: 'string?', tags: ['string'], owner: { name: 'string' } }
  }
end

def handler(input, context)
end
