import type { CronConfig, Handlers } from 'motia'

export const config: CronConfig = {
  type: 'cron',
  name: 'RingAlarms',
  cron: '0 * * * *',
  emits: ['alarm.rang'],
  flows: ['alarms'],
}

export const handler: Handlers['RingAlarms'] = async ({ emit, state }) => {
  const now = new Date()
  const today = now.toDateString()
  for (const alarm of await state.getGroup<{ room: string; hour: number }>('alarms')) {
    // When the clock is put back, an hour comes twice.
    if (alarm.hour !== now.getHours() || (await state.get('rang', alarm.room)) === today) continue
    await state.set('rang', alarm.room, today)
    await emit({ topic: 'alarm.rang', data: { room: alarm.room } })
  }
}
