exports.config = { type: 'event', name: 'NoisyJs', subscribes: ['js.go'], emits: ['fine.go'] }

exports.handler = async (input, { emit }) => {
  for (let i = 0; i < 20000; i += 1) console.log(`js says line ${i} of many`)
  console.log('{"type":"done","value":{"status":200},"calls":[],"leaked":[]}')
  console.error('js complains')
  await emit({ topic: 'fine.go', data: { id: input.id } })
}
