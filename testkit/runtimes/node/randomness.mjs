// One stream of bytes for everything random in an invocation: block n is SHA-256(seed, n as 8 bytes big-endian).
//
// Not covered: key generation, signatures and TLS inside OpenSSL, which draw from its own source.

import crypto from 'node:crypto'

const { createHash } = crypto
const BLOCK = 32

let seed = Buffer.alloc(BLOCK)
let counter = 0n
let block = Buffer.alloc(0)

export function reseed(hex) {
  seed = Buffer.from(hex, 'hex')
  counter = 0n
  block = Buffer.alloc(0)
}

/** Fills `target` (a Uint8Array) with the next bytes. */
function fill(target) {
  for (let at = 0; at < target.length; ) {
    if (block.length === 0) {
      const number = Buffer.alloc(8)
      number.writeBigUInt64BE(counter)
      counter += 1n
      block = createHash('sha256').update(seed).update(number).digest()
    }
    const count = Math.min(block.length, target.length - at)
    target.set(block.subarray(0, count), at)
    block = block.subarray(count)
    at += count
  }
  return target
}

function bytes(size) {
  return fill(Buffer.alloc(size))
}

/** 48 random bits: the range that crypto.randomInt allows. */
function bits48() {
  return bytes(6).readUIntBE(0, 6)
}

function random() {
  const eight = bytes(8)
  const high = eight.readUInt32BE(0) >>> 5
  const low = eight.readUInt32BE(4) >>> 6
  return (high * 0x4000000 + low) / 0x20000000000000
}

function randomUUID() {
  const id = bytes(16)
  id[6] = (id[6] & 0x0f) | 0x40
  id[8] = (id[8] & 0x3f) | 0x80
  const hex = id.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

function view(target) {
  return ArrayBuffer.isView(target)
    ? new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
    : new Uint8Array(target)
}

/** Puts the stream behind every door to randomness. */
export function install() {
  const { randomBytes: realRandomBytes, randomInt: realRandomInt } = crypto
  const getRandomValues = function getRandomValues(array) {
    fill(view(array))
    return array
  }

  Math.random = random
  crypto.randomUUID = randomUUID
  crypto.randomBytes = function randomBytes(size, callback) {
    if (!Number.isInteger(size) || size < 0) return realRandomBytes(size, callback)
    const result = bytes(size)
    if (!callback) return result
    setImmediate(callback, null, result)
  }
  crypto.pseudoRandomBytes = crypto.randomBytes
  crypto.randomFillSync = function randomFillSync(target, offset = 0, size) {
    const all = view(target)
    const unit = target.BYTES_PER_ELEMENT ?? 1
    const from = offset * unit
    fill(all.subarray(from, size === undefined ? all.length : from + size * unit))
    return target
  }
  crypto.randomFill = function randomFill(target, ...rest) {
    const callback = rest.pop()
    crypto.randomFillSync(target, ...rest)
    setImmediate(callback, null, target)
  }
  crypto.randomInt = function randomInt(low, high, callback) {
    if (high === undefined || typeof high === 'function') [low, high, callback] = [0, low, high]
    const range = high - low
    // Invalid arguments: the runtime words the error.
    if (!(Number.isSafeInteger(low) && Number.isSafeInteger(high) && range > 0 && range < 2 ** 48)) {
      return realRandomInt(low, high)
    }
    const limit = 2 ** 48 - (2 ** 48 % range)
    let drawn = bits48()
    while (drawn >= limit) drawn = bits48()
    const result = low + (drawn % range)
    if (!callback) return result
    setImmediate(callback, null, result)
  }
  // A symmetric key is nothing but random bytes.
  const { generateKey: realGenerateKey, generateKeySync: realGenerateKeySync } = crypto
  const symmetric = (type, options) => {
    const bits = options?.length
    if (type === 'aes' ? [128, 192, 256].includes(bits) : type === 'hmac' && Number.isInteger(bits) && bits >= 8) {
      return crypto.createSecretKey(bytes(bits >> 3))
    }
    return realGenerateKeySync(type, options)
  }
  crypto.generateKeySync = symmetric
  crypto.generateKey = function generateKey(type, options, callback) {
    if (typeof callback !== 'function') return realGenerateKey(type, options, callback)
    const key = symmetric(type, options)
    setImmediate(callback, null, key)
  }
  // `crypto.getRandomValues` asks the web's object for its own.
  define(crypto.webcrypto, 'getRandomValues', getRandomValues)
  define(crypto.webcrypto, 'randomUUID', randomUUID)
}

/** For members that cannot be assigned to. */
function define(owner, name, value) {
  Object.defineProperty(owner, name, { value, configurable: true, enumerable: true, writable: true })
}
