# Methods of a context, a topic that is declared and never sent.
def config
  {
    type: 'event',
    name: 'BillReader',
    subscribes: ['visits.many'],
    emits: ['bill.written', 'bill.mailed']
  }
end

def handler(input, context)
  visit = input['visit']
  reader = context.state.get('readers', visit)
  sums = add_up(reader, input['total'])

  context.emit(
    topic: 'bill.written',
    data: {
      visit: visit,
      cents: sums[:cents]
    }
  )
end

def add_up(reader, total)
  { cents: total * (reader ? 10 : 20) }
end
