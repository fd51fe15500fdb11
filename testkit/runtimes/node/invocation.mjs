// One run of a handler (or one look at a module): its calls, its end, and what it must not leave behind.

import { encode, roundTrip, send, write } from './channel.mjs'
import { begin as beginClock, forgetTimers, waitingTimers } from './clock.mjs'
import { createContext, createRequest } from './context.mjs'
import { beginLoading, endLoading, unset } from './environment.mjs'
import { describeError, Problem } from './errors.mjs'
import { begin as beginEscapes } from './escapes.mjs'
import { addRequest, addTrigger, bind as bindFramework } from './framework.mjs'
import { takeLeaked } from './globals.mjs'
import { heldExchanges } from './holds.mjs'
import { begin as beginMocks, end as endMocks } from './mocks.mjs'
import { Graph, importPackage } from './modules.mjs'
import { begin as beginNetwork, closeAll, hasOpen } from './network.mjs'
import { reseed } from './randomness.mjs'
import { configAsJson } from './schemas.mjs'
import { Socket } from './socket.mjs'

/** A look at a module happens at no time in particular, but always at the same one. */
const NO_TIME = 0
const NO_SEED = '00'.repeat(32)

const HALF_A_CHARACTER = 'sends text with half of a surrogate pair: releases hand it on as it is, here it becomes U+FFFD'

const later = setImmediate

let shared = null
/** What every step sees; how the harness talks to us is not its business. */
const baseEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('BANISTER_')),
)

function setEnvironment(extra) {
  const wanted = { ...baseEnvironment, ...extra }
  const names = Object.keys(wanted)
  const there = Object.keys(process.env)
  // Setting the time zone, even to what it is, makes V8 look for it anew.
  const isSet = (name, at) => there[at] === name && process.env[name] === wanted[name]
  if (there.length === names.length && names.every(isSet)) return
  for (const name of there) delete process.env[name]
  Object.assign(process.env, wanted)
}

export class Invocation {
  #root
  #message
  #onEnd
  #calls = new Map()
  #lastCall = 0
  /** Callbacks of streams by subscription. */
  #listeners = new Map()
  #lastListener = 0
  #socket = null
  #graph = null
  /** The message that ends the invocation, once its handler has returned and only its socket is open. */
  #returned = null
  #isLoading = false
  ended = false

  constructor(message, root, onEnd) {
    this.#message = message
    this.#root = root
    this.#onEnd = onEnd
  }

  get isDescribe() {
    return this.#message.type === 'describe'
  }

  start() {
    const { now = NO_TIME, seed = NO_SEED, env = {}, hosts = [], session = 0, invocation = 0, holds, gathers, bare } = this.#message
    beginClock(now)
    reseed(seed)
    setEnvironment(env)
    process.chdir(this.#root)
    beginNetwork({ session, invocation, hosts, holds, gathers, bare }, (host, port) => this.#tell({ type: 'refused', host, port }))
    beginEscapes((what, partial = false) => this.#tell({ type: 'escaped', what, partial }))
    const work = this.isDescribe ? this.#describe() : this.#run()
    // One more turn of the event loop: Node tells only there of a rejection that the handler left to nobody.
    work.then(
      (message) => message && later(() => this.#end(message)),
      (error) => this.fail(error),
    )
  }

  /** Nothing can run before the harness says so. */
  park() {
    if (this.isDescribe) {
      this.fail(new Error('the module waits for something that never happens'))
      return false
    }
    const timers = waitingTimers()
    const exchanges = heldExchanges()
    const listening = this.#returned !== null && this.#socket?.isOpen === true
    const waits = listening || this.#calls.size > 0 || timers.length > 0 || exchanges.length > 0
    if (this.#returned && !waits) {
      this.#end(this.#returned)
      return false
    }
    send({ type: 'parked', calls: [...this.#calls.keys()], timers, exchanges, listening })
    return true
  }

  /** Something happened on a stream or the socket that the handler listens to. */
  deliver(happened) {
    if (happened.kind !== 'stream') return this.#socket?.receive(happened)
    const result = this.#listeners.get(happened.subscription)?.(happened.event.data, happened.event)
    if (typeof result?.then === 'function') result.then(undefined, (error) => this.fail(error))
  }

  /** The test is over for a handler that only listens. */
  finish() {
    this.#socket?.forget()
    if (this.#returned) this.#end(this.#returned)
  }

  /** Whether the handler, which is parked, can be ended in the middle so that nothing tells of it afterwards. */
  leavesNothing() {
    return this.#message.isolation === 'fresh' && !hasOpen() && this.#graph?.keepsNothing === true
  }

  /** The handler never goes on: nobody has what could wake it. */
  abandon() {
    const text = 'the handler was ended in the middle'
    this.#end({ type: 'threw', error: { name: 'Abandoned', message: text, stack: text } })
  }

  answer({ id, value, error }) {
    const call = this.#calls.get(id)
    this.#calls.delete(id)
    if (error === undefined) call?.resolve(value ?? null)
    else call?.reject(failure(error, call.origin))
  }

  fail(error) {
    const told = describeError(error, this.#root)
    if (this.#isLoading) Object.assign(told, { loading: true, unset: unset(told.message) })
    this.#end({ type: 'threw', error: told })
  }

  #call(op, args) {
    if (this.ended) return new Promise(() => {})
    const id = this.#lastCall + 1
    try {
      write(encode({ type: 'call', id, op, args }, () => this.#tellLost()))
    } catch (error) {
      return Promise.reject(error)
    }
    this.#lastCall = id
    // An answer comes out of nowhere, so the place of the call is kept for the case that it is an error.
    const origin = {}
    Error.captureStackTrace(origin)
    return new Promise((resolve, reject) => this.#calls.set(id, { resolve, reject, origin }))
  }

  /** Says something that is not answered. */
  #say(op, args) {
    if (!this.ended) write(encode({ type: 'call', id: 0, op, args }, () => this.#tellLost()))
  }

  #listen(stream, callback) {
    if (typeof callback !== 'function') throw new TypeError('subscribe takes a function')
    const subscription = ++this.#lastListener
    this.#listeners.set(subscription, callback)
    this.#say('stream.subscribe', [subscription, stream])
    return () => {
      if (this.#listeners.delete(subscription)) this.#say('stream.unsubscribe', [subscription])
    }
  }

  #tellLost() {
    this.#tell({ type: 'told', what: HALF_A_CHARACTER })
  }

  #tell(message) {
    if (!this.ended && !this.isDescribe) send(message)
  }

  #log(level, message, data = null) {
    this.#tell({ type: 'log', level, message, data })
  }

  async #load() {
    this.#graph = this.#message.isolation === 'shared' ? (shared ??= new Graph()) : new Graph()
    await beginMocks(this.#message.mocks, (file) => this.#graph.evaluate(file))
    this.#isLoading = true
    beginLoading()
    const exports = await this.#graph.evaluate(this.#message.file)
    endLoading()
    this.#isLoading = false
    return {
      config: exports?.config ?? exports?.default?.config,
      handler: exports?.handler ?? exports?.default?.handler,
    }
  }

  async #describe() {
    const { config, handler } = await this.#load()
    const json = await configAsJson(config, this.#message.file, importPackage)
    return { type: 'described', config: json, handler: typeof handler === 'function' }
  }

  async #run() {
    const { file, call, input, context: fields } = this.#message
    const harness = {
      call: (op, args) => this.#call(op, args),
      log: (level, message, data) => this.#log(level, message, data),
      listen: (stream, callback) => this.#listen(stream, callback),
    }
    bindFramework(harness)
    const { config, handler } = await this.#load()
    if (typeof handler !== 'function') {
      const message = `Function handler not found in module ${file.replace(`${this.#root}/`, '')}`
      throw new Problem({ name: 'Error', message, file })
    }
    const context = createContext(fields, harness)
    const given = call === 'api' ? createRequest(input) : input
    const written = call === 'api' && config?.triggers ? addRequest(given) : () => undefined
    if (fields.trigger) addTrigger(context, fields.trigger, given)
    const condition = config?.triggers?.[fields.trigger?.index]?.condition
    if (typeof condition === 'function' && !(await condition(given, context))) {
      return { type: 'done', value: null, skipped: true }
    }
    if (this.#message.socket) this.#socket = new Socket((op, args) => this.#say(op, args))
    const value = await this.#callHandler(handler, config, given, context, written)
    const done = { type: 'done', value: roundTrip(value) }
    // A response refuses the connection; anything else takes it, and the handler stays.
    if (this.#socket?.isOpen && typeof value?.status !== 'number') {
      this.#returned = done
      return null
    }
    return done
  }

  /** `written` gives the answer of a handler that returns none. */
  async #callHandler(handler, config, input, context, written) {
    const { call } = this.#message
    if (call === 'event') return handler(input, context)
    // In the dialect of 1.0, which has triggers, the context is always the second argument.
    if (call === 'cron') return config?.triggers ? handler(undefined, context) : handler(context)
    const request = input
    if (this.#socket) request.ws = this.#socket
    const last = async () => (await handler(request, context)) ?? written()
    const chain = []
    for (const entry of this.#middleware(config)) chain.push(await this.#resolved(entry))
    return chain.reduceRight(
      (next, middleware) => async () => middleware(request, context, next),
      async () => last(),
    )()
  }

  #middleware(config) {
    return config?.middleware ?? config?.triggers?.find((trigger) => trigger?.middleware)?.middleware ?? []
  }

  /** Middleware that is named by a text: releases call the text and fail; documents mean the function of that name. */
  async #resolved(entry) {
    if (typeof entry !== 'string') return entry
    const { middleware = {}, profile } = this.#message.context
    const file = middleware[entry]
    if (file) {
      const exports = await this.#graph.evaluate(file)
      const found = exports?.[entry] ?? exports?.default?.[entry] ?? exports?.default ?? exports?.handler
      if (typeof found === 'function') return found
      throw new Error(`${file.replace(`${this.#root}/`, '')} exports no middleware '${entry}'`)
    }
    if (profile === 'motia-0.17') return entry
    // A test may stand in for it.
    if (typeof globalThis[entry] === 'function') return globalThis[entry]
    this.#log('warn', `Middleware '${entry}' is only a name: it was skipped`)
    return (request, context, next) => next()
  }

  #end(message) {
    if (this.ended) return
    endMocks()
    endLoading()
    if (message.type === 'done') {
      message.calls = [...this.#calls.keys()]
      // Of a process of its own nothing is left behind.
      const leaked = takeLeaked(this.#message.isolation !== 'shared')
      message.leaked = this.#message.isolation === 'process' ? [] : leaked
    } else {
      takeLeaked(this.#message.isolation !== 'shared')
    }
    if (!this.isDescribe) message.invocation = this.#message.invocation
    this.ended = true
    forgetTimers()
    closeAll()
    this.#onEnd()
    write(encode(message, () => this.isDescribe || send({ type: 'told', what: HALF_A_CHARACTER })))
  }
}

/** The error that a call ends with, thrown where it was made. */
function failure(message, origin) {
  const error = new Error(message)
  error.stack = `Error: ${message}\n${origin.stack.split('\n').slice(1).join('\n')}`
  return error
}

/** Ends what still holds the event loop after an invocation (servers, children, watchers): it would never be idle. */
export function dropHandles() {
  for (const handle of process._getActiveHandles()) {
    if (handle === process.stdout || handle === process.stderr || handle === process.stdin) continue
    try {
      if (typeof handle.kill === 'function') handle.kill('SIGKILL')
      if (typeof handle.terminate === 'function') handle.terminate()
      if (typeof handle.destroy === 'function') handle.destroy()
      else if (typeof handle.close === 'function') handle.close()
      handle.unref?.()
    } catch {
      // It is ending already.
    }
  }
}
