// One run of a handler (or one look at a module): its calls, its end, and what it must not leave behind.

import { encode, roundTrip, send, write } from './channel.mjs'
import { begin as beginClock, forgetTimers, waitingTimers } from './clock.mjs'
import { createContext, createRequest } from './context.mjs'
import { describeError, Problem } from './errors.mjs'
import { begin as beginEscapes } from './escapes.mjs'
import { takeLeaked } from './globals.mjs'
import { begin as beginMocks, end as endMocks } from './mocks.mjs'
import { Graph, importPackage } from './modules.mjs'
import { begin as beginNetwork, closeAll } from './network.mjs'
import { reseed } from './randomness.mjs'
import { configAsJson } from './schemas.mjs'

/** A look at a module happens at no time in particular, but always at the same one. */
const NO_TIME = 0
const NO_SEED = '00'.repeat(32)

let shared = null
/** What every step sees; how the harness talks to us is not its business. */
const baseEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('BANISTER_')),
)

function setEnvironment(extra) {
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, baseEnvironment, extra)
}

export class Invocation {
  #root
  #message
  #onEnd
  #calls = new Map()
  #lastCall = 0
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
    const { now = NO_TIME, seed = NO_SEED, env = {}, hosts = [], session = 0, invocation = 0 } = this.#message
    beginClock(now)
    reseed(seed)
    setEnvironment(env)
    beginNetwork({ session, invocation, hosts }, (host, port) => this.#tell({ type: 'refused', host, port }))
    beginEscapes((what) => this.#tell({ type: 'escaped', what }))
    const work = this.isDescribe ? this.#describe() : this.#run()
    work.then(
      (message) => this.#end(message),
      (error) => this.fail(error),
    )
  }

  /** Nothing can run before the harness says so. */
  park() {
    if (!this.isDescribe) {
      send({ type: 'parked', calls: [...this.#calls.keys()], timers: waitingTimers() })
      return true
    }
    this.fail(new Error('the module waits for something that never happens'))
    return false
  }

  answer({ id, value, error }) {
    const call = this.#calls.get(id)
    this.#calls.delete(id)
    if (error === undefined) call?.resolve(value ?? null)
    else call?.reject(new Error(error))
  }

  fail(error) {
    this.#end({ type: 'threw', error: describeError(error, this.#root) })
  }

  #call(op, args) {
    if (this.ended) return new Promise(() => {})
    const id = this.#lastCall + 1
    try {
      write(encode({ type: 'call', id, op, args }))
    } catch (error) {
      return Promise.reject(error)
    }
    this.#lastCall = id
    return new Promise((resolve, reject) => this.#calls.set(id, { resolve, reject }))
  }

  #tell(message) {
    if (!this.ended && !this.isDescribe) send(message)
  }

  #log(level, message, data = null) {
    this.#tell({ type: 'log', level, message, data })
  }

  async #load() {
    const graph = this.#message.isolation === 'shared' ? (shared ??= new Graph()) : new Graph()
    await beginMocks(this.#message.mocks, (file) => graph.evaluate(file))
    const exports = await graph.evaluate(this.#message.file)
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
    const { config, handler } = await this.#load()
    if (typeof handler !== 'function') {
      const message = `Function handler not found in module ${file.replace(`${this.#root}/`, '')}`
      throw new Problem({ name: 'Error', message, file })
    }
    const context = createContext(
      fields,
      (op, args) => this.#call(op, args),
      (level, message, data) => this.#log(level, message, data),
    )
    const value = await this.#callHandler(handler, config, call, input, context)
    const text = roundTrip(value)
    return { type: 'done', value: text }
  }

  #callHandler(handler, config, call, input, context) {
    if (call === 'event') return handler(input, context)
    // In the dialect of 1.0, which has triggers, the context is always the second argument.
    if (call === 'cron') return config?.triggers ? handler(undefined, context) : handler(context)
    const request = createRequest(input)
    const last = () => handler(request, context)
    return this.#middleware(config).reduceRight(
      (next, middleware) => async () => middleware(request, context, next),
      async () => last(),
    )()
  }

  #middleware(config) {
    const entries = config?.middleware ?? config?.triggers?.find((trigger) => trigger?.middleware)?.middleware ?? []
    return entries.filter((entry) => {
      if (typeof entry !== 'string') return true
      this.#log('warn', `Middleware '${entry}' is only a name: it was skipped`)
      return false
    })
  }

  #end(message) {
    if (this.ended) return
    endMocks()
    if (message.type === 'done') {
      message.calls = [...this.#calls.keys()]
      message.leaked = takeLeaked(this.#message.isolation !== 'shared')
    } else {
      takeLeaked(this.#message.isolation !== 'shared')
    }
    if (!this.isDescribe) message.invocation = this.#message.invocation
    this.ended = true
    forgetTimers()
    closeAll()
    this.#onEnd()
    send(message)
  }
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
