// The package `motia` for steps of 1.0, which import what 0.x puts on the context. The real one connects to its engine as
// soon as it is imported, so that it cannot stand in for itself. A project of 0.x keeps its own.

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { createLogger, createState, createStream } from './context.mjs'

const NAME = 'motia'

/** What the invocation that runs can ask of the harness. */
let harness = null

export function bind(newHarness) {
  harness = newHarness
}

const call = (op, args) =>
  harness ? harness.call(op, args) : Promise.reject(new Error(`${op} was called outside of a handler`))
const log = (level, message, data) => harness?.log(level, message, data)
const listen = (stream, callback) => harness?.listen(stream, callback) ?? (() => {})

/** The stand-in for what `specifier` names in the file at `from`; nothing if the project's own is to be used. */
export function standIn(specifier, from) {
  if (specifier !== NAME || isOfReleases(from)) return null
  return exports
}

/** Whether the framework that the file at `from` would import is one of 0.x. */
export function isOfReleases(from) {
  const searched = createRequire(pathToFileURL(from)).resolve.paths(NAME) ?? []
  for (const folder of searched) {
    try {
      const { version } = createRequire(join(folder, 'x'))(join(folder, NAME, 'package.json'))
      return String(version).startsWith('0.')
    } catch {
      // It is not in this folder.
    }
  }
  return false
}

const trigger =
  (type, ...names) =>
  (...args) => {
    const fields = { type }
    for (const name of names) fields[name] = args.shift()
    for (const arg of args) {
      if (typeof arg === 'function') fields.condition = arg
      else Object.assign(fields, arg)
    }
    return fields
  }

const state = createState(call)

class Stream {
  constructor(config) {
    this.config = config
    Object.assign(this, createStream(typeof config === 'string' ? config : config.name, { call, listen }))
  }
}

/** One step with a handler for each kind of trigger. */
function multiTriggerStep(config) {
  const byType = {}
  const handler = async (input, context) => {
    const { type } = context.trigger
    const chosen = byType[type]
    if (!chosen) throw noHandler('defined', type, byType)
    return type === 'cron' ? chosen(context) : chosen(input, context)
  }
  const builder = {
    config,
    handlers: (more) => {
      Object.assign(byType, more)
      return { config, handler }
    },
  }
  for (const type of ['queue', 'http', 'cron', 'state', 'stream']) {
    builder[`on${type[0].toUpperCase()}${type.slice(1)}`] = (handler) => {
      byType[type] = handler
      return builder
    }
  }
  return builder
}

const exports = {
  enqueue: (message) => call('emit', [message]).then(() => undefined),
  logger: createLogger(log),
  stateManager: { ...state, set: (group, key, value) => call('state.exchange', [group, key, value]) },
  Stream,
  http: trigger('http', 'method', 'path'),
  api: trigger('http', 'method', 'path'),
  queue: trigger('queue', 'topic'),
  cron: trigger('cron', 'expression'),
  state: trigger('state'),
  stream: trigger('stream', 'streamName'),
  step: (config, handler) => ({ config, handler }),
  multiTriggerStep,
  defineConfig: (config) => config,
  defineStepConfig: (config) => config,
}

function noHandler(how, type, handlers) {
  const names = Object.keys(handlers).join(', ')
  return new Error(`No handler ${how} for trigger type: ${type}. Available handlers: ${names}`)
}

/** What the context of 1.0 knows of its trigger, beside what that of 0.x has. */
export function addTrigger(context, told, input) {
  const type = told.type
  const is = Object.fromEntries(
    ['queue', 'http', 'cron', 'state', 'stream'].map((name) => [name, () => name === type]),
  )
  const own = {
    trigger: told,
    is,
    getData: () => (type === 'http' ? input.body : input),
    match: async (handlers) => {
      // Early candidates of 1.0 say `api` for `http`.
      const chosen = handlers[type] ?? (type === 'http' ? handlers.api : undefined)
      if (chosen) return type === 'cron' ? chosen() : chosen(input)
      if (handlers.default) return handlers.default(input)
      context.logger.warn(`No handler matched for trigger type: ${type}`)
      throw noHandler('matched', type, handlers)
    },
  }
  return Object.assign(context, own)
}

/** The request of 1.0, which is the plain one with parts of its own. */
export function addRequest(request) {
  const answer = { status: undefined, headers: {}, chunks: [] }
  const write = (chunk) => {
    answer.chunks.push(String(chunk))
    return true
  }
  const { pathParams, queryParams, body, headers, method } = request
  request.request = { pathParams, queryParams, body, headers, method, requestBody: body }
  request.response = {
    status: (code) => {
      answer.status = code
    },
    headers: (more) => {
      Object.assign(answer.headers, more)
    },
    stream: { write, end: (chunk) => (chunk === undefined ? true : write(chunk)) },
    close: () => {},
  }
  /** What was written, if the handler returns nothing itself. */
  return () =>
    answer.status === undefined && answer.chunks.length === 0
      ? undefined
      : { status: answer.status ?? 200, headers: answer.headers, body: answer.chunks.join('') }
}

