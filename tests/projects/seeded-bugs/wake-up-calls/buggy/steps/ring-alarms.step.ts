import type { CronConfig, Handlers } from 'motia'

export const config: CronConfig = {
  type: 'cron',
  name: 'RingAlarms',
  cron: '0 * * * *',
  emits: ['alarm.rang'],
  flows: ['alarms'],
}

export const handler: Handlers['RingAlarms'] = async ({ emit, state }) => {
  const hour = new Date().getHours()
  for (const alarm of await state.getGroup<{ room: string; hour: number }>('alarms')) {
    if (alarm.hour === hour) await emit({ topic: 'alarm.rang', data: { room: alarm.room } })
  }
}
