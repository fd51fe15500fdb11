exports.config = { type: 'cron', name: 'Counts', cron: '0 0 * * *', emits: ['counted'] }

exports.handler = async ({ emit }) => {
  await emit({ topic: 'counted', data: {} })
  await emit({ topic: 'counted', data: {} })
}
