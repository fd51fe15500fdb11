// Code that stands in for other code: names that a step uses and nobody defines, and modules that a test writes out.
// Stand-ins that are files are found by the harness, like any module of the project.

import { encode, receive, roundTrip, write } from './channel.mjs'

/** Modules of the harness's making ask for their exports under this key. */
const MADE = Symbol.for('banister.made')

const NOTHING = { modules: {}, names: {} }
let current = NOTHING
/** Functions of files, by what `mocked` calls them. */
let originals = new Map()
/** Undoes what was put into the global scope, last first. */
let undo = []

export function install() {
  Object.defineProperty(globalThis, MADE, { value: made, enumerable: false })
}

/** From now on the names are there. `importFile` gives the exports of a file. */
export async function begin(mocks, importFile) {
  end()
  current = mocks ?? NOTHING
  const exports = Object.values(current.modules).flatMap((module) => Object.values(module.exports ?? {}))
  const names = Object.entries(current.names)
  // A file of a mock may use the other names, so they are there first.
  for (const [name, stand] of names) if (!stand.export) place(globalThis, name, stand)
  for (const stand of [...exports, ...names.map(([, stand]) => stand)]) {
    if (!stand.export) continue
    const { function: name, file, export: wanted } = stand.export
    const found = pick(await importFile(file), wanted)
    if (found === undefined) throw new Error(`the mock of ${name}: ${file} exports no '${wanted}'`)
    originals.set(name, found)
  }
  for (const [name, stand] of names) if (stand.export) place(globalThis, name, stand)
}

/** Takes the names away again. */
export function end() {
  for (const restore of undo.reverse()) restore()
  undo = []
  current = NOTHING
  originals = new Map()
}

function pick(exports, path) {
  const from = (object) => path.split('.').reduce((at, part) => at?.[part], object)
  return from(exports) ?? from(exports?.default)
}

function made(name) {
  const exports = {}
  for (const [path, stand] of Object.entries(current.modules[name]?.exports ?? {})) place(exports, path, stand)
  // As in most packages of CommonJS: what is imported as the default is the module itself.
  const { default: main, ...named } = exports
  return typeof main === 'function' || (typeof main === 'object' && main !== null) ? Object.assign(main, named) : exports
}

/** Puts a stand-in at a dotted path; objects on the way are made where there are none. */
function place(target, path, stand) {
  const parts = path.split('.')
  const last = parts.pop()
  for (const part of parts) {
    const next = target[part]
    if ((typeof next !== 'object' && typeof next !== 'function') || next === null) define(target, part, {})
    target = target[part]
  }
  define(target, last, valueOf(stand))
}

function valueOf(stand) {
  if ('value' in stand) return structuredClone(stand.value)
  if (stand.function) return callable(stand.function)
  // What a file exports may be anything; only calls of functions are recorded.
  const found = originals.get(stand.export.function)
  if (typeof found !== 'function') return found
  return Object.assign(callable(stand.export), found, { prototype: found.prototype })
}

function define(target, name, value) {
  const before = Object.getOwnPropertyDescriptor(target, name)
  Object.defineProperty(target, name, { value, configurable: true, enumerable: true, writable: true })
  undo.push(() => {
    if (before) Object.defineProperty(target, name, before)
    else delete target[name]
  })
}

function callable({ function: name, is_async: isAsync = false }) {
  // A plain function, so that `new` works on it as well.
  return function mocked(...args) {
    if (current === NOTHING) return undefined
    write(encode({ type: 'mocked', function: name, args: args.map(shown) }))
    const { throws, runs, returns = null } = receive()
    if (runs) return new.target ? Reflect.construct(originals.get(name), args) : originals.get(name).apply(this, args)
    if (isAsync) return throws ? Promise.reject(failure(throws)) : Promise.resolve(returns)
    if (throws) throw failure(throws)
    return returns
  }
}

function failure({ name, message }) {
  const known = name && globalThis[name]
  if (typeof known === 'function' && (known === Error || known.prototype instanceof Error)) return new known(message)
  const error = new Error(message)
  if (name) Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true })
  return error
}

/** An argument for the trace. */
function shown(value) {
  if (typeof value === 'function') return '<function>'
  try {
    return roundTrip(value)
  } catch {
    return `<${value?.constructor?.name ?? typeof value}>`
  }
}
