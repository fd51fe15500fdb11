def config
  {
    type: 'event',
    name: 'PublishSurvey',
    subscribes: ['survey.summed-up'],
    emits: [],
    flows: ['surveys']
  }
end

def handler(input, context)
  context.state.set('surveys', input['title'], { mean: input['mean'] })
end
