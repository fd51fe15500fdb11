// Loads each module of the arguments and writes, as one JSON object a line, what its config is at run time: the plain
// values, and every schema from both sides (what may come in, what comes out).

import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const isZod4 = (value) => typeof value === 'object' && value !== null && '_zod' in value
const isZod3 = (value) => typeof value?._def?.typeName === 'string'

function converted(schema, file) {
  const require = createRequire(pathToFileURL(file))
  if (isZod4(schema)) {
    const { toJSONSchema } = require('zod')
    const side = (io) => toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-7' })
    return { input: side('input'), output: side('output') }
  }
  if (isZod3(schema)) {
    const { zodToJsonSchema } = require('zod-to-json-schema')
    return { input: zodToJsonSchema(schema, { effectStrategy: 'input', pipeStrategy: 'input' }) }
  }
  return { plain: JSON.parse(JSON.stringify(schema)) }
}

function schemas(config, file) {
  const found = {}
  const add = (name, schema) => {
    if (schema !== undefined && schema !== null) found[name] = converted(schema, file)
  }
  add('input', config.input ?? config.bodySchema)
  add('stream', config.schema)
  for (const [status, schema] of Object.entries(config.responseSchema ?? {})) add(`response ${status}`, schema)
  return found
}

for (const file of process.argv.slice(2)) {
  let answer
  try {
    const module = await import(pathToFileURL(file).href)
    const config = module.config ?? module.default?.config
    if (config === undefined) throw new Error('no config')
    const { input, bodySchema, responseSchema, schema, ...plain } = config
    answer = { file, config: JSON.parse(JSON.stringify(plain)), schemas: schemas(config, file) }
  } catch (error) {
    answer = { file, error: String(error?.stack ?? error) }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
