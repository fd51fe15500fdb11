// Virtual time. The clock stands still at the last time that the harness told; timers wait for the harness to fire them.
//
// Not covered: times of files, `Date` in a context of `vm`, and timers that node's own
// modules set (socket time-outs, which are real and only watch over the mock server).

import { AsyncResource } from 'node:async_hooks'
import buffer from 'node:buffer'
import { performance } from 'node:perf_hooks'
import timers from 'node:timers'
import timersPromises from 'node:timers/promises'
import { promisify } from 'node:util'

const RealDate = Date
const real = { setTimeout, setInterval, clearTimeout, clearInterval }
const LONGEST = 2 ** 31 - 1

let now = 0
let start = 0
let lastTimer = 0
/** Timers that wait, by id. */
const waiting = new Map()

/** A new invocation begins at `time`. */
export function begin(time) {
  now = time
  start = time
  lastTimer = 0
  waiting.clear()
}

export function setNow(time) {
  now = time
}

/** The timers that wait, in the order in which they were set. */
export function waitingTimers() {
  return [...waiting.values()].map((timer) => ({ id: timer.id, due: timer.due }))
}

/** Runs the timer, unless it was cleared in the meantime. */
export function fire(id) {
  waiting.get(id)?.fire()
}

export function forgetTimers() {
  waiting.clear()
}

class VirtualTimer {
  #scope = new AsyncResource('Timeout')
  #callback
  #delay
  #repeats
  #referenced = true

  constructor(callback, delay, args, repeats) {
    if (typeof callback !== 'function') {
      const error = new TypeError(`The "callback" argument must be of type function. Received ${typeof callback}`)
      error.code = 'ERR_INVALID_ARG_TYPE'
      throw error
    }
    this.#callback = () => callback.apply(this, args)
    const ms = Number(delay)
    this.#delay = ms >= 1 && ms <= LONGEST ? Math.trunc(ms) : 1
    this.#repeats = repeats
    this.id = ++lastTimer
    this.#wait()
  }

  #wait() {
    this.due = now + this.#delay
    waiting.set(this.id, this)
  }

  fire() {
    waiting.delete(this.id)
    if (this.#repeats) this.#wait()
    this.#scope.runInAsyncScope(this.#callback)
  }

  close() {
    waiting.delete(this.id)
    return this
  }

  refresh() {
    waiting.delete(this.id)
    this.#wait()
    return this
  }

  ref() {
    this.#referenced = true
    return this
  }

  unref() {
    this.#referenced = false
    return this
  }

  hasRef() {
    return this.#referenced
  }

  [Symbol.toPrimitive]() {
    return this.id
  }

  [Symbol.for('nodejs.dispose')]() {
    this.close()
  }
}

// The fetch that is built into node keeps its own watch over connections with timers from the global scope. They must
// stay real: in virtual time they would show up as timers of the handler.
function calledByFetch(caller) {
  const { prepareStackTrace, stackTraceLimit } = Error
  const holder = {}
  Error.stackTraceLimit = 1
  Error.prepareStackTrace = (_, sites) => sites[0]?.getFileName()
  Error.captureStackTrace(holder, caller)
  const file = holder.stack
  Error.prepareStackTrace = prepareStackTrace
  Error.stackTraceLimit = stackTraceLimit
  return typeof file === 'string' && file.startsWith('node:internal/deps/undici')
}

/** A timer for what watches over sockets. */
export function makeTimer(callback, ms) {
  return new VirtualTimer(callback, ms, [], false)
}

function virtualSetTimeout(callback, delay, ...args) {
  if (calledByFetch(virtualSetTimeout)) return real.setTimeout(callback, delay, ...args)
  return new VirtualTimer(callback, delay, args, false)
}

function virtualSetInterval(callback, delay, ...args) {
  if (calledByFetch(virtualSetInterval)) return real.setInterval(callback, delay, ...args)
  return new VirtualTimer(callback, delay, args, true)
}

function clear(timer) {
  if (timer instanceof VirtualTimer) timer.close()
  else if (typeof timer === 'object' && timer !== null) real.clearTimeout(timer)
  else waiting.delete(Number(timer))
}

function aborted(signal) {
  const error = new Error('The operation was aborted', { cause: signal.reason })
  error.name = 'AbortError'
  error.code = 'ABORT_ERR'
  return error
}

function sleep(delay, value, { signal } = {}) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted(signal))
    const abort = () => {
      timer.close()
      reject(aborted(signal))
    }
    const timer = new VirtualTimer(
      () => {
        signal?.removeEventListener('abort', abort)
        resolve(value)
      },
      delay,
      [],
      false,
    )
    signal?.addEventListener('abort', abort, { once: true })
  })
}

async function* ticks(delay, value, options) {
  for (;;) yield await sleep(delay, value, options)
}

function installTimers() {
  Object.defineProperty(virtualSetTimeout, promisify.custom, { value: sleep, enumerable: true })
  Object.defineProperty(virtualSetTimeout, 'name', { value: 'setTimeout' })
  Object.defineProperty(virtualSetInterval, 'name', { value: 'setInterval' })
  const replaced = {
    setTimeout: virtualSetTimeout,
    setInterval: virtualSetInterval,
    clearTimeout: clear,
    clearInterval: clear,
  }
  Object.assign(globalThis, replaced)
  Object.assign(timers, replaced)
  Object.assign(timersPromises, { setTimeout: sleep, setInterval: ticks })
  timersPromises.scheduler.wait = (delay, options) => sleep(delay, undefined, options)
  AbortSignal.timeout = function timeout(delay) {
    const controller = new AbortController()
    const expire = () => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
    new VirtualTimer(expire, delay, [], false).unref()
    return controller.signal
  }
}

// Instances stay real dates with the real prototype, so that `instanceof` and native code see no difference.
function installDate() {
  RealDate.now = function now_() {
    return now
  }
  Object.defineProperty(RealDate.now, 'name', { value: 'now' })
  const VirtualDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now] : args, newTarget),
    apply: () => new RealDate(now).toString(),
  })
  RealDate.prototype.constructor = VirtualDate
  globalThis.Date = VirtualDate
}

function installMonotonic() {
  Object.defineProperty(performance, 'now', { value: () => now - start, configurable: true, writable: true })
  Object.defineProperty(performance, 'timeOrigin', { get: () => start, configurable: true })
  const nanoseconds = () => BigInt(now) * 1_000_000n
  process.hrtime = (since) => {
    const time = nanoseconds() - (since ? BigInt(since[0]) * 1_000_000_000n + BigInt(since[1]) : 0n)
    return [Number(time / 1_000_000_000n), Number(time % 1_000_000_000n)]
  }
  process.hrtime.bigint = nanoseconds
  process.uptime = () => (now - start) / 1000
}

// What Node and its engine read from the system's clock by themselves.
function installHiddenClocks() {
  const { prototype } = Intl.DateTimeFormat
  const { get: realFormat } = Object.getOwnPropertyDescriptor(prototype, 'format')
  const bound = new WeakMap()
  Object.defineProperty(prototype, 'format', {
    configurable: true,
    get() {
      const format = realFormat.call(this)
      if (!bound.has(this)) bound.set(this, (date = now) => format(date))
      return bound.get(this)
    },
  })
  const { formatToParts } = prototype
  prototype.formatToParts = function parts(date = now) {
    return formatToParts.call(this, date)
  }
  Object.defineProperty(Event.prototype, 'timeStamp', { configurable: true, get: () => now - start })
  globalThis.File = class File extends buffer.File {
    constructor(parts, name, options) {
      super(parts, name, { lastModified: now, ...options })
    }
  }
  buffer.File = globalThis.File
  const { mark, measure } = performance
  performance.mark = (name, options) => mark.call(performance, name, { startTime: now - start, ...options })
  performance.measure = (name, from, to) => {
    if (typeof from === 'object' && from !== null) return measure.call(performance, name, from)
    const marks = [from, to].map((it) => (it === undefined ? undefined : performance.getEntriesByName(it, 'mark').at(-1)))
    // Names that are not known, or that Node knows by itself: the runtime words the error, or has the times.
    if ([from, to].some((it, at) => it !== undefined && marks[at] === undefined)) return measure.call(performance, name, from, to)
    const [begin, end] = marks.map((it) => it?.startTime)
    return measure.call(performance, name, { start: begin ?? 0, end: end ?? now - start })
  }
}

/** Puts virtual time behind every clock and timer. */
export function install() {
  installDate()
  installMonotonic()
  installTimers()
  installHiddenClocks()
}
