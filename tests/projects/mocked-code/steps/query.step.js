// CommonJS: a package whose stand-in the test writes out, one whose stand-in is an ES module, and names that nobody defines.
const { query, VERSION } = require('pg')
const slugify = require('slugify')

exports.config = { type: 'event', name: 'Query', subscribes: ['query.go'], emits: [] }

exports.handler = async (input, { state }) => {
  const rows = await query('select 1', [input.id])
  const kept = await keepSafe(input)
  let failed = null
  try {
    await checkFraud(input, state)
  } catch (error) {
    failed = `${error.name}: ${error.message}`
  }
  const scores = [score(1), score(2), score(3)]
  await mailer.deliver({ to: 'ada' }).then((sent) => state.set('queried', 'sent', sent))
  await state.set('queried', 'it', { rows, kept, failed, scores, VERSION, slug: slugify.default('A B'), limit: LIMITS.daily })
}

function keepSafe(input) {
  return { own: input.id }
}
