require_relative '../lib/topics'
PAUSE = 'clock.paused'.freeze
def config
  { type: 'cron', name: 'Clock', cron: '*/5 * * * *', emits: [Topics::TICK, PAUSE, "clock.#{:late}"], flows: %w[clock time] }
end

def handler(context)
  [1, 2].each { |n| context.emit(topic: Topics::TICK, data: { n: n, text: <<~TEXT }) }
    a #{n} b
  TEXT
  context.state.set('clock', 'last', { at: Time.now })
end
