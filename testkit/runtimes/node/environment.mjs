// What the modules of a step ask the environment for while they are loaded, and what is not there: an error may come of it.

const OURS = import.meta.url
const NAME = /^[A-Z][A-Z0-9_]*$/
/** So few calls up, past our own, somebody reads. */
const NEAR = 4

/** Names that are not set: true if a module of the project itself asked. `null` while nothing is loaded. */
let missing = null
let folder

export function install(root) {
  folder = `${root}/`
  process.env = new Proxy(process.env, {
    get(variables, name) {
      const value = variables[name]
      if (value === undefined && missing !== null) note(name)
      return value
    },
    has(variables, name) {
      const isThere = name in variables
      if (!isThere && missing !== null) note(name)
      return isThere
    },
    // What a Proxy does by itself, the environment refuses.
    set(variables, name, value) {
      variables[name] = value
      return true
    },
  })
}

function note(name) {
  if (typeof name !== 'string' || !NAME.test(name)) return
  missing.set(name, missing.get(name) === true || isAskedByProject())
}

function isAskedByProject() {
  const { prepareStackTrace, stackTraceLimit } = Error
  Error.stackTraceLimit = NEAR
  Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getFileName())
  const files = new Error().stack
  Error.stackTraceLimit = stackTraceLimit
  Error.prepareStackTrace = prepareStackTrace
  const asker = files.find((file) => typeof file === 'string' && file !== OURS)
  const path = asker?.replace(/^file:\/\//, '')
  return path !== undefined && path.startsWith(folder) && !path.includes('/node_modules/')
}

export function beginLoading() {
  missing = new Map()
}

export function endLoading() {
  missing = null
}

/** Those that an error speaks of, in its order; else those that the project's own modules asked for, by name. */
export function unset(message) {
  const place = (name) => message.search(new RegExp(`\\b${name}\\b`))
  const names = [...(missing ?? [])]
  const told = names.map(([name]) => name).filter((name) => place(name) !== -1)
  if (told.length > 0) return told.sort((one, other) => place(one) - place(other))
  return names.filter(([, isOwn]) => isOwn).map(([name]) => name).sort()
}
