// What all invocations of a worker share: the global scope, the built-in classes, and what packages export. What a handler
// changes there is told of and put back. What packages and Node itself put there when they are loaded stays, since they
// are loaded once for all invocations.
//
// Not covered: state inside packages, such as a field of a client that a package keeps.

import childProcess from 'node:child_process'
import crypto from 'node:crypto'
import events from 'node:events'
import fs from 'node:fs'
import fsPromises from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import util from 'node:util'

// A handler may change these as well.
const { ownKeys, getOwnPropertyDescriptor: describe, defineProperty, deleteProperty } = Reflect
const { is } = Object

/** Node's own `fetch` registers its dispatcher when it is first used. */
const LAZY = new Set([Symbol.for('undici.globalDispatcher.1'), Symbol.for('undici.globalOrigin.1')])
/** So many members of a package are looked at, and so many of each. */
const MOST_EXPORTS = 40
const MOST_MEMBERS = 400

const BUILT_IN = [
  'Object', 'Function', 'Array', 'String', 'Number', 'Boolean', 'Symbol', 'BigInt', 'Map', 'Set', 'WeakMap', 'WeakSet',
  'Promise', 'RegExp', 'Date', 'Error', 'TypeError', 'RangeError', 'ArrayBuffer', 'Uint8Array', 'Buffer', 'URL',
  'URLSearchParams', 'Headers', 'Request', 'Response', 'AbortSignal', 'EventTarget', 'TextDecoder', 'TextEncoder', 'JSON', 'Math',
  'Reflect', 'Intl', 'Atomics', 'console', 'process', 'performance',
]

const CORE = {
  child_process: childProcess,
  crypto,
  events,
  fs,
  'fs.promises': fsPromises,
  http,
  https,
  net,
  os,
  path,
  util,
}

const isFunction = (value) => typeof value === 'function'
const isObject = (value) => isFunction(value) || (typeof value === 'object' && value !== null)

/** One object whose members are compared with what they were. */
class Watched {
  constructor(owner, name) {
    this.owner = owner
    this.name = name
    this.known = new Map()
    const keys = ownKeys(owner)
    for (let at = 0; at < keys.length; at++) this.know(keys[at])
  }

  know(key) {
    const now = describe(this.owner, key)
    if (now === undefined) this.known.delete(key)
    else this.known.set(key, now)
  }

  /** Members that are not what they were; a plain value that is another one counts for the package that keeps it. */
  changed() {
    const { owner, known } = this
    const found = []
    known.forEach((before, key) => {
      if (isChanged(owner, key, before)) found.push(key)
    })
    const keys = ownKeys(owner)
    if (keys.length > known.size || found.length > 0) {
      for (let at = 0; at < keys.length; at++) if (!known.has(keys[at]) && !LAZY.has(keys[at])) found.push(keys[at])
    }
    return found
  }

  /** As people write it. */
  label(key) {
    return this.name ? `${this.name}.${String(key)}` : String(key)
  }

  restore(key) {
    const before = this.known.get(key)
    return before === undefined ? deleteProperty(this.owner, key) : defineProperty(this.owner, key, before)
  }
}

function isChanged(owner, key, before) {
  if (before.get || before.set) {
    const now = describe(owner, key)
    if (now === undefined) return true
    // Node defines some members when they are first read.
    return (now.get !== before.get || now.set !== before.set) && !('value' in now)
  }
  const value = owner[key]
  if (is(value, before.value)) return false
  return isFunction(before.value) || isFunction(value)
}

const watched = []
const objects = new Set()

function watch(owner, name) {
  if (!isObject(owner) || objects.has(owner)) return
  objects.add(owner)
  watched.push(new Watched(owner, name))
}

function watchClass(owner, name) {
  watch(owner, name)
  const prototype = isFunction(owner) ? describe(owner, 'prototype')?.value : undefined
  if (isObject(prototype) && ownKeys(prototype).length > 1) watch(prototype, `${name}.prototype`)
}

/** Takes everything that is there now as belonging there. */
export function remember() {
  for (const name of BUILT_IN) {
    // Some of Node's own are loaded when they are first read, which takes time.
    const value = describe(globalThis, name)?.value
    if (isObject(value)) watchClass(value, name)
  }
  for (const [name, module] of Object.entries(CORE)) watch(module, name)
  watch(globalThis, '')
}

function changes() {
  const found = []
  for (let at = 0; at < watched.length; at++) {
    const one = watched[at]
    const keys = one.changed()
    for (let each = 0; each < keys.length; each++) found.push({ one, key: keys[each] })
  }
  return found
}

/** What a package changes while `load` runs belongs there from now on; `done` says so. */
export function beginLoading() {
  const before = changes()
  return function done() {
    for (const { one, key } of changes()) {
      if (!before.some((other) => other.one === one && other.key === key)) one.know(key)
    }
  }
}

/** What a package exports is watched from now on. */
export function watchPackage(exports, name) {
  const members = isObject(exports) ? ownKeys(exports) : []
  if (members.length > MOST_MEMBERS) return
  const isNamespace = exports?.[Symbol.toStringTag] === 'Module'
  if (!isNamespace) watchClass(exports, name)
  for (const key of members.slice(0, MOST_EXPORTS)) {
    const value = describe(exports, key)?.value
    if (isFunction(value) || key === 'default') watchClass(value, key === 'default' ? name : `${name}.${String(key)}`)
  }
}

/** What the invocation has changed; with `remove` it is put back. */
export function takeLeaked(remove) {
  const leaked = []
  for (const { one, key } of changes()) {
    if (!remove || !one.restore(key)) one.know(key)
    leaked.push(one.label(key))
  }
  return leaked
}
