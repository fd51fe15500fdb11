def config
  {
    type: 'event',
    name: 'SendReminder',
    subscribes: ['reminder.due'],
    emits: ['reminder.sent'],
    infrastructure: { queue: { type: 'standard', delaySeconds: 60 } },
    flows: ['meetings']
  }
end

def handler(input, context)
  meeting = context.state.get('meetings', input['meetingId'])
  return context.logger.info('The meeting was called off') if meeting.nil?

  context.emit(topic: 'reminder.sent', data: { meetingId: input['meetingId'], guest: meeting['guest'] })
end
