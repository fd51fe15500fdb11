// A step's config as JSON: functions vanish as they do on the framework's way to its parent process, and schemas of
// Zod become JSON Schema.

import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** @param importFrom (specifier, path) => Promise of the package's exports, resolved from the file at `path` */
export async function configAsJson(config, path, importFrom) {
  if (config === undefined || config === null) return null
  const kinds = { zod4: false, zod3: false }
  find(config, kinds, new Set())
  const zod4 = kinds.zod4 ? await zod4Converter(path, importFrom) : null
  const zod3 = kinds.zod3 ? zod3Converter(path) : null
  const text = JSON.stringify(config, (_, value) => {
    if (isZod4(value)) return zod4(value)
    if (isZod3(value)) return zod3(value)
    return value
  })
  return text === undefined ? null : JSON.parse(text)
}

function isZod4(value) {
  return typeof value === 'object' && value !== null && typeof value._zod === 'object' && '_zod' in value
}

function isZod3(value) {
  return typeof value === 'object' && value !== null && typeof value._def?.typeName === 'string' && !('_zod' in value)
}

function find(value, kinds, seen) {
  if (typeof value !== 'object' || value === null || seen.has(value)) return
  seen.add(value)
  if (isZod4(value)) kinds.zod4 = true
  else if (isZod3(value)) kinds.zod3 = true
  else for (const inner of Object.values(value)) find(inner, kinds, seen)
}

const OPTIONS = { io: 'input', unrepresentable: 'any' }

async function zod4Converter(path, importFrom) {
  for (const name of ['zod', 'zod/v4', 'zod/v4-mini']) {
    const found = await importFrom(name, path).catch(() => null)
    const toJSONSchema = found?.toJSONSchema ?? found?.z?.toJSONSchema ?? found?.default?.toJSONSchema
    if (toJSONSchema) return (schema) => toJSONSchema(schema, OPTIONS)
  }
  // A schema of a Zod that cannot be found from here allows everything: better no statement than a wrong one.
  return () => ({})
}

function zod3Converter(path) {
  try {
    const { zodToJsonSchema } = createRequire(pathToFileURL(path))('zod-to-json-schema')
    return (schema) => zodToJsonSchema(schema, { $refStrategy: 'none' })
  } catch {
    return zod3ToJsonSchema
  }
}

/** The common kinds of Zod 3; what is not known here allows everything. */
export function zod3ToJsonSchema(schema) {
  const def = schema?._def
  const inner = (it) => zod3ToJsonSchema(it)
  switch (def?.typeName) {
    case 'ZodString':
      return string(def)
    case 'ZodNumber':
      return number(def)
    case 'ZodBoolean':
      return { type: 'boolean' }
    case 'ZodNull':
      return { type: 'null' }
    case 'ZodLiteral':
      return { const: def.value }
    case 'ZodEnum':
      return { type: 'string', enum: def.values }
    case 'ZodNativeEnum':
      return { enum: Object.values(def.values).filter((value) => typeof def.values[value] !== 'number') }
    case 'ZodObject':
      return object(schema, def)
    case 'ZodArray':
      return array(def)
    case 'ZodTuple':
      return { type: 'array', items: def.items.map(inner), minItems: def.items.length }
    case 'ZodRecord':
      return { type: 'object', additionalProperties: inner(def.valueType) }
    case 'ZodUnion':
      return { anyOf: def.options.map(inner) }
    case 'ZodDiscriminatedUnion':
      return { anyOf: [...def.options.values()].map(inner) }
    case 'ZodIntersection':
      return { allOf: [inner(def.left), inner(def.right)] }
    case 'ZodNullable':
      return { anyOf: [inner(def.innerType), { type: 'null' }] }
    case 'ZodDefault':
      return { ...inner(def.innerType), default: def.defaultValue() }
    case 'ZodOptional':
    case 'ZodReadonly':
    case 'ZodCatch':
      return inner(def.innerType)
    case 'ZodBranded':
      return inner(def.type)
    case 'ZodEffects':
      // What `preprocess` takes is not what the schema behind it takes.
      return def.effect.type === 'preprocess' ? {} : inner(def.schema)
    case 'ZodPipeline':
      return inner(def.in)
    default:
      return {}
  }
}

function object(schema, def) {
  const shape = typeof def.shape === 'function' ? def.shape() : def.shape
  const properties = Object.entries(shape).map(([key, value]) => [key, zod3ToJsonSchema(value)])
  const required = Object.keys(shape).filter((key) => !shape[key].isOptional())
  const result = { type: 'object', properties: Object.fromEntries(properties) }
  if (required.length > 0) result.required = required
  if (def.unknownKeys === 'strict') result.additionalProperties = false
  return result
}

function array(def) {
  const result = { type: 'array', items: zod3ToJsonSchema(def.type) }
  const exact = def.exactLength?.value
  const [least, most] = [def.minLength?.value ?? exact, def.maxLength?.value ?? exact]
  if (least !== undefined) result.minItems = least
  if (most !== undefined) result.maxItems = most
  return result
}

const FORMATS = { email: 'email', url: 'uri', uuid: 'uuid', datetime: 'date-time', date: 'date', time: 'time' }

function string(def) {
  const result = { type: 'string' }
  for (const check of def.checks ?? []) {
    if (check.kind === 'min') result.minLength = check.value
    else if (check.kind === 'max') result.maxLength = check.value
    else if (check.kind === 'length') result.minLength = result.maxLength = check.value
    else if (check.kind === 'regex' && check.regex.flags === '') result.pattern = check.regex.source
    else if (FORMATS[check.kind]) result.format = FORMATS[check.kind]
  }
  return result
}

function number(def) {
  const result = { type: 'number' }
  for (const check of def.checks ?? []) {
    if (check.kind === 'int') result.type = 'integer'
    else if (check.kind === 'min') result[check.inclusive ? 'minimum' : 'exclusiveMinimum'] = check.value
    else if (check.kind === 'max') result[check.inclusive ? 'maximum' : 'exclusiveMaximum'] = check.value
    else if (check.kind === 'multipleOf') result.multipleOf = check.value
  }
  return result
}
