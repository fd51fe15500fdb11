def config
  {
    type: 'event',
    name: 'SendLimitNotice',
    subscribes: ['usage.limit.reached'],
    emits: [],
    flows: ['metering']
  }
end

def handler(input, context)
  context.logger.warn("Tenant #{input['tenantId']} has used its #{input['limit']} calls of today")
end
