// The protocol's transport: JSON lines on descriptor 3, read and written synchronously.
//
// Everything is taken from the runtime before a step can replace it.

import { readSync, writeSync } from 'node:fs'

const PROTOCOL = 3
const NEWLINE = 10
const { parse, stringify } = JSON
const concat = Buffer.concat
const from = Buffer.from
const chunk = Buffer.allocUnsafe(1 << 16)
const sleeper = new Int32Array(new SharedArrayBuffer(4))
const { wait } = Atomics

const exit = process.reallyExit.bind(process)

/** What has come of the next message, in pieces: a long one has many. */
let pending = []

/** Waits for the next message. When the harness has hung up there is nothing left to live for. */
export function receive() {
  for (;;) {
    const last = pending.pop()
    const end = last === undefined ? -1 : last.indexOf(NEWLINE)
    if (end >= 0) {
      const line = concat([...pending, last.subarray(0, end)]).toString('utf8')
      pending = end + 1 < last.length ? [last.subarray(end + 1)] : []
      return parse(line)
    }
    if (last !== undefined) pending.push(last)
    const count = retry(() => readSync(PROTOCOL, chunk))
    if (count === 0) exit(0)
    pending.push(from(chunk.subarray(0, count)))
  }
}

export function send(message) {
  write(encode(message))
}

/** Sends a message that has been encoded before. */
export function write(text) {
  const bytes = from(`${text}\n`)
  for (let at = 0; at < bytes.length; ) at += retry(() => writeSync(PROTOCOL, bytes, at))
}

// JSON.stringify writes half a surrogate pair as an escape, which is no Unicode text for the other side.
const LONE_SURROGATE = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g

/** As JSON text. What JSON cannot hold throws here, before anything is sent; `onLost` hears of what crosses as another character. */
export function encode(value, onLost = () => {}) {
  const text = stringify(value)
  const whole = text.replace(LONE_SURROGATE, '$1\\ufffd')
  if (whole !== text) onLost()
  return whole
}

/** A value as it looks on the other side of the wire. */
export function roundTrip(value) {
  const text = stringify(value)
  return text === undefined ? null : parse(text)
}

function retry(operation) {
  for (;;) {
    try {
      return operation()
    } catch (error) {
      if (error.code !== 'EAGAIN' && error.code !== 'EINTR') throw error
      wait(sleeper, 0, 0, 1)
    }
  }
}
