// What a handler is given beside its input: the framework's context, each member a call to the harness.

import { roundTrip } from './channel.mjs'

/**
 * @param fields what the harness says of the flow
 * @param harness `call(op, args)`: a promise of the harness's answer; `tell(op, args)`: nothing comes back;
 *   `log(level, message, data)`; `listen(stream, callback)`: a function that stops listening
 */
export function createContext(fields, harness) {
  const { traceId, flows } = fields
  const emit = (message) => harness.call('emit', [message]).then(() => undefined)
  const context = {
    traceId,
    flows,
    logger: createLogger(harness.log),
    state: createState(harness.call),
    emit,
    streams: createStreams(fields, harness),
  }
  // What releases do not have does not show when the context is printed.
  const hidden = { trace_id: traceId, utils: { dates: { now: () => new Date() } }, enqueue: emit }
  for (const [name, value] of Object.entries(hidden)) Object.defineProperty(context, name, { value, enumerable: false })
  return context
}

export function createLogger(log) {
  const at =
    (level) =>
    (message, ...rest) =>
      log(level, asText(message), asData(rest))
  return { info: at('info'), warn: at('warn'), error: at('error'), debug: at('debug'), log: at('info') }
}

function asText(message) {
  if (typeof message === 'string') return message
  if (message instanceof Error) return message.message
  try {
    return JSON.stringify(message) ?? String(message)
  } catch {
    return String(message)
  }
}

function asData(rest) {
  if (rest.length === 0 || rest[0] === undefined) return null
  const data = rest.length === 1 ? rest[0] : rest
  try {
    return roundTrip(data instanceof Error ? { error: expand(data) } : expandErrors(data))
  } catch {
    return String(data)
  }
}

/** An error has no own members that JSON shows, so the ones that matter are named. */
function expandErrors(data) {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data
  const entries = Object.entries(data).map(([key, value]) => [key, value instanceof Error ? expand(value) : value])
  return Object.fromEntries(entries)
}

function expand(error) {
  return { name: error.name, message: error.message }
}

export function createState(call) {
  const values = (pairs) => pairs.map(([, item]) => item)
  const getGroup = (group) => call('state.get_group', [group]).then(values)
  const getPattern = (group, glob) => call('state.get_pattern', [group, glob]).then(values)
  return {
    get: (group, key) => call('state.get', [group, key]),
    set: (group, key, value, ...ttl) => call('state.set', [group, key, value, ...ttl]),
    delete: (group, key) => call('state.delete', [group, key]),
    clear: (group) => call('state.clear', [group]),
    getGroup,
    get_group: getGroup,
    getPattern,
    get_pattern: getPattern,
    update: (group, key, operations) => call('state.update', [group, key, operations]),
    list: getGroup,
    listGroups: () => call('state.list_groups', []),
  }
}

/**
 * Any name is a stream where documents are played: whether the project has one of that name is for the harness to judge.
 * Releases know the names of the project only.
 */
function createStreams({ streams: known = [], profile }, harness) {
  const made = new Map()
  const stream = (name) => {
    if (!made.has(name)) made.set(name, createStream(name, harness))
    return made.get(name)
  }
  // A promise resolves what has a `then`, and `toJSON` would be called by JSON.stringify.
  const isName = (name) =>
    typeof name === 'string' &&
    (profile === 'motia-0.17' ? known.includes(name) : name !== 'then' && name !== 'toJSON')
  return new Proxy(Object.create(null), { get: (_, name) => (isName(name) ? stream(name) : undefined) })
}

export function createStream(name, { call, listen }) {
  const at =
    (op) =>
    (...args) =>
      call(`stream.${op}`, [name, ...args])
  return {
    get: at('get'),
    set: at('set'),
    delete: at('delete'),
    getGroup: at('get_group'),
    get_group: at('get_group'),
    list: at('get_group'),
    update: at('update'),
    send: at('send'),
    subscribe: (callback) => listen(name, callback),
  }
}

/** The request as an API step sees it. */
export function createRequest(input) {
  const request = typeof input === 'object' && input !== null ? { ...input } : { body: input }
  request.cookies ??= parseCookies(request.headers?.cookie)
  return request
}

function parseCookies(header) {
  const cookies = {}
  for (const part of typeof header === 'string' ? header.split(';') : []) {
    const at = part.indexOf('=')
    if (at < 0) continue
    const value = part.slice(at + 1).trim().replace(/^"(.*)"$/, '$1')
    try {
      cookies[part.slice(0, at).trim()] = decodeURIComponent(value)
    } catch {
      cookies[part.slice(0, at).trim()] = value
    }
  }
  return cookies
}
