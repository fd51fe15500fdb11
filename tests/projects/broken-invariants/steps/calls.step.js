exports.config = { type: 'cron', name: 'Calls', cron: '0 0 * * *', emits: ['rates.wanted'] }

exports.handler = async ({ emit }) => {
  await fetch(process.env.RATES)
  await emit({ topic: 'rates.wanted', data: { base: 'eur' } })
}
