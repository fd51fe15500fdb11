const { send } = require('./send')
exports.config = { type: 'api', name: 'Pay', method: 'POST', path: '/pay/:id', emits: ['a.paid', ...more], flows: [] }
exports.handler = async ({ body, pathParams }, ctx) => {
  const topic = body.late ? 'a.late' : 'a.paid'
  send(ctx.emit)
  await ctx.emit({ topic, data: { ...body, id: pathParams.id, at: 1.5e3, re: /[}]/g } })
  return { status: 200, body: { ok: true } }
}
