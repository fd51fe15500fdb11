// The step's end of a socket: what `req.ws` is. The client's end is the test.

const STATES = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 }

export class Socket {
  #tell
  #listeners = new Map()

  /** @param tell (op, args): nothing comes back */
  constructor(tell) {
    this.#tell = tell
    this.readyState = STATES.OPEN
    Object.assign(this, STATES)
  }

  get isOpen() {
    return this.readyState === STATES.OPEN
  }

  on(event, listener) {
    if (!this.#listeners.has(event)) this.#listeners.set(event, [])
    this.#listeners.get(event).push(listener)
    return this
  }

  once(event, listener) {
    const wrapped = (...args) => {
      this.off(event, wrapped)
      return listener(...args)
    }
    wrapped.listener = listener
    return this.on(event, wrapped)
  }

  off(event, listener) {
    const kept = (this.#listeners.get(event) ?? []).filter((it) => it !== listener && it.listener !== listener)
    this.#listeners.set(event, kept)
    return this
  }

  addListener(event, listener) {
    return this.on(event, listener)
  }

  removeListener(event, listener) {
    return this.off(event, listener)
  }

  /** The form of browsers: the listener gets an event. */
  addEventListener(event, listener) {
    const shapes = {
      message: (data) => ({ type: 'message', data, target: this }),
      close: (code, reason) => ({ type: 'close', code, reason: String(reason ?? ''), target: this }),
    }
    const wrapped = (...args) => listener((shapes[event] ?? (() => ({ type: event, target: this })))(...args))
    wrapped.listener = listener
    this.on(event, wrapped)
  }

  removeEventListener(event, listener) {
    this.off(event, listener)
  }

  send(data, ...rest) {
    if (!this.isOpen) throw new Error('WebSocket is not open: readyState 3 (CLOSED)')
    this.#tell('ws.send', [typeof data === 'string' ? data : asText(data)])
    const callback = rest.find((it) => typeof it === 'function')
    if (callback) queueMicrotask(callback)
  }

  close(code = 1005, reason = '') {
    if (!this.isOpen) return
    this.readyState = STATES.CLOSED
    this.#tell('ws.close', [code, String(reason)])
    queueMicrotask(() => this.#fire('close', code, reason))
  }

  terminate() {
    this.close(1006)
  }

  ping() {}

  /** What the client did. */
  receive({ kind, data, code }) {
    if (!this.isOpen) return
    if (kind === 'message') return this.#fire('message', data, false)
    this.readyState = STATES.CLOSED
    this.#fire('close', code, '')
  }

  /** Nobody listens any more. */
  forget() {
    this.readyState = STATES.CLOSED
    this.#listeners.clear()
  }

  #fire(event, ...args) {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      const result = listener.apply(this, args)
      // A listener may be asynchronous; what it throws is the handler's failure.
      if (typeof result?.then === 'function') Promise.resolve(result)
    }
    const property = this[`on${event}`]
    if (typeof property === 'function') property.call(this, { type: event, data: args[0], code: args[0], target: this })
  }
}

function asText(data) {
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString()
  if (data instanceof ArrayBuffer) return Buffer.from(data).toString()
  return String(data)
}
