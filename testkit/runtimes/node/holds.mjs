// Answers that wait: for the calls that the handler makes beside them, or until later in virtual time. The mock server
// says over a second connection that an answer is held; from then on the exchange no longer keeps the event loop alive,
// so that the handler can be parked with it, and its time limits run on the virtual clock. The harness says when more of
// the answer comes.
//
// Not covered: the limits that the built-in fetch has of its own (300 s until the head and between parts of a body).

import net from 'node:net'

const real = {
  connect: net.Socket.prototype.connect,
  setTimeout: net.Socket.prototype.setTimeout,
  touch: net.Socket.prototype._unrefTimer,
  destroy: net.Socket.prototype._destroy,
  later: setTimeout,
}
const LOCAL = '127.0.0.1'

let active = false
let invocation = ''
let last = 0
/** Exchanges by the number of their connection. */
const open = new Map()
/** Time limits of sockets. */
let limits = new WeakMap()
let virtualTimer = () => {}

class Exchange {
  #socket
  #notices = new net.Socket()
  /** Bytes that must have come before the handler can be idle; undefined while the exchange is not held. */
  #expected
  #text = ''
  held = false

  constructor(socket, port) {
    this.#socket = socket
    const options = { host: LOCAL, port, family: 4, autoSelectFamily: false }
    real.connect.call(this.#notices, options)
    // What the client does with its socket decides whether there is something to wait for: some keep idle ones.
    this.#notices.unref()
    this.#notices.on('error', () => {})
    this.#notices.on('data', (data) => this.#hear(String(data)))
  }

  /** Says whose notices the second connection is for. */
  introduce(number) {
    this.#notices.write(`\x02${invocation} ${number}\n`)
  }

  #hear(text) {
    this.#text += text
    const lines = this.#text.split('\n')
    this.#text = lines.pop()
    const line = lines.at(-1)
    if (line === undefined) return
    this.#expected = Number(line.split(' ')[1])
    this.#check()
  }

  #check() {
    if (this.#expected === undefined || this.#socket.destroyed) return
    if (this.#socket.bytesRead < this.#expected) {
      real.later(() => this.#check(), 1)
      return
    }
    this.held = true
    this.#socket.unref()
  }

  /** More of the answer comes. */
  goOn() {
    this.held = false
    this.#expected = undefined
    this.#socket.ref()
  }

  close() {
    this.#notices.destroy()
  }
}

/** A new invocation begins. */
export function begin({ holds = false, gathers = false, session = 0, invocation: number = 0 }) {
  active = holds || gathers
  invocation = `${session} ${number}`
  last = 0
  open.clear()
  limits = new WeakMap()
}

/** What the first line of a connection says behind host and port. */
export function watch(socket, port) {
  if (!active) return ''
  const number = ++last
  const exchange = new Exchange(socket, port)
  exchange.introduce(number)
  open.set(number, exchange)
  socket.once('close', () => {
    open.delete(number)
    exchange.close()
  })
  return ` ${number}`
}

/** Connections whose answer is held and that the handler still has. */
export function heldExchanges() {
  return [...open].filter(([, exchange]) => exchange.held).map(([number]) => number)
}

export function goOn(numbers) {
  for (const number of numbers) open.get(number)?.goOn()
}

function clearLimit(socket) {
  limits.get(socket)?.close()
  limits.delete(socket)
}

function setTimeoutOfSocket(ms, callback) {
  if (!active) return real.setTimeout.call(this, ms, callback)
  if (this.destroyed) return this
  this.timeout = ms
  clearLimit(this)
  if (!(ms > 0)) {
    if (callback) this.removeListener('timeout', callback)
    return this
  }
  limits.set(this, virtualTimer(() => this._onTimeout(), ms))
  if (callback) this.once('timeout', callback)
  return this
}

/** `makeTimer(callback, ms)` gives a timer of the virtual clock with `close` and `refresh`. */
export function install(makeTimer) {
  virtualTimer = makeTimer
  net.Socket.prototype.setTimeout = setTimeoutOfSocket
  net.Socket.prototype._unrefTimer = function touch() {
    for (let socket = this; socket; socket = socket._parent) limits.get(socket)?.refresh()
    return real.touch.call(this)
  }
  net.Socket.prototype._destroy = function destroy(error, callback) {
    for (let socket = this; socket; socket = socket._parent) clearLimit(socket)
    return real.destroy.call(this, error, callback)
  }
}
