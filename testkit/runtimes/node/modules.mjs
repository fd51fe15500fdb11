// The project's modules. The harness resolves and transpiles them; here they become a graph that lives for one
// invocation, while packages and node's own modules are loaded once, by node, and shared.
//
// Two departures from node: a CommonJS module that an ES module imports runs when the import is linked, a little earlier
// than in node; and so does an ES module that CommonJS code names in `require('./literal')`.

import { createRequire, isBuiltin } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import vm from 'node:vm'

import { receive, send } from './channel.mjs'
import { Problem, registerSource } from './errors.mjs'
import { isOfReleases, standIn } from './framework.mjs'
import { beginLoading, watchPackage } from './globals.mjs'
import { missing } from './missing.mjs'

const { SourceTextModule, SyntheticModule, compileFunction } = vm

/**
 * Where an ES module gets `require` and its like from, if a release would have made CommonJS of it; the harness adds the import.
 */
const COMMON_JS = 'banister:commonjs'

/** Compiled code by path, for the next graph. */
const compiled = new Map()
/** Packages and node's own modules by URL. */
const packages = new Map()

// Compiled code remembers the module that it was compiled for, and `import()` and `import.meta` go to that one: what uses
// them is compiled each time.
const USES_IMPORT = /\bimport\b(?!\s*[\w${*'"])/

function compiledCode(path, code) {
  const before = compiled.get(path)
  return before?.code === code ? before.data : undefined
}

function keepCompiled(path, code, produce) {
  if (compiled.get(path)?.code === code) return
  compiled.set(path, { code, data: USES_IMPORT.test(code) ? undefined : produce() })
}

/** Asks the harness for a module; synchronous. */
function load(specifier, from) {
  send({ type: 'load', specifier, from })
  const answer = receive()
  if (answer.error) throw new Problem(answer.error)
  return answer
}

/**
 * Packages that draw random bytes ahead and keep them. They are loaded anew for each graph, since what is left of the draws
 * of one invocation must not be what the next one gets.
 */
const KEEPS_RANDOM_BYTES = new Set(['nanoid'])

/** Packages that keep nothing of what their callers do. */
const KEEPS_NOTHING = new Set(['zod'])

let graphs = 0

function usesCommonJs({ format, code }) {
  return format === 'module' && code.includes(`from '${COMMON_JS}'`)
}

function keepsRandomBytes(specifier) {
  return KEEPS_RANDOM_BYTES.has(specifier.split('/')[0])
}

/** Lets `require` load such a package again. */
function forgetRequired(specifier) {
  const folder = `/node_modules/${specifier.split('/')[0]}/`
  const { cache } = createRequire(import.meta.url)
  for (const path of Object.keys(cache)) if (path.includes(folder)) delete cache[path]
}

/** A package's exports as node gives them to an importer at `from`; `graph` tells apart what is loaded anew. */
export async function importPackage(specifier, from, graph) {
  const own = standIn(specifier, from)
  if (own) return own
  let url = resolved(specifier, from)
  if (url.endsWith('.json')) return { default: createRequire(from)(fileURLToPath(url)) }
  if (graph !== undefined && keepsRandomBytes(specifier)) {
    forgetRequired(specifier)
    url += `?graph=${graph}`
  }
  const loaded = beginFirstLoading(specifier, url)
  const exports = await import(url)
  loaded(exports)
  return exports
}

/** Where node finds a package. */
function resolved(specifier, from) {
  try {
    return import.meta.resolve(specifier, pathToFileURL(from).href)
  } catch (error) {
    throw missing(error, specifier, from) ?? error
  }
}

/** Packages that are loaded, by the place that they are found at. */
const loadedPackages = new Set()

/** What a package does to the global scope when it is loaded for the first time belongs to it. */
function beginFirstLoading(specifier, place) {
  if (isBuiltin(specifier) || loadedPackages.has(place)) return () => {}
  loadedPackages.add(place)
  const done = beginLoading()
  return (exports) => {
    done()
    watchPackage(exports, specifier)
  }
}

async function packageModule(specifier, from, graph) {
  if (keepsRandomBytes(specifier)) return wrap(await importPackage(specifier, from, graph), specifier)
  const key = `${specifier}\n${dirname(from)}`
  if (!packages.has(key)) packages.set(key, wrap(await importPackage(specifier, from), specifier))
  return packages.get(key)
}

/** A module that hands on `exports`, name by name. */
function wrap(exports, identifier) {
  const names = Object.keys(exports)
  return new SyntheticModule(
    names,
    function hand() {
      for (const name of names) this.setExport(name, exports[name])
    },
    { identifier },
  )
}

/** What `import` sees of a CommonJS module: its exports as the default, and each by its name. */
function wrapCommonJs(exports, identifier) {
  const named = typeof exports === 'object' || typeof exports === 'function' ? { ...exports } : {}
  return wrap({ ...named, default: exports }, identifier)
}

export class Graph {
  #esm = new Map()
  #ready = new Map()
  #commonJs = new Map()
  #prepared = new Set()
  #number = ++graphs
  #requiredAnew = new Set()
  /** False once there is a package in which a handler that is ended in the middle may leave something half done: a lock. */
  keepsNothing = true

  #note(specifier) {
    this.keepsNothing &&= isBuiltin(specifier) || KEEPS_NOTHING.has(specifier.split('/')[0])
  }

  /** The exports of a step, freshly evaluated. */
  async evaluate(path) {
    const answer = load(path, null)
    if (answer.format === 'commonjs') {
      await this.#prepare(answer)
      return this.#run(answer).exports
    }
    if (usesCommonJs(answer)) await this.#prepare(answer)
    return this.#exported(await this.#evaluated(this.#sourceModule(answer)))
  }

  /** What a module hands out, be it that it imports and sets `module.exports` all the same. */
  #exported({ identifier, namespace }) {
    const exports = this.#commonJs.get(identifier)?.exports
    const isObject = typeof exports === 'object' && exports !== null
    if (exports === undefined || (isObject && Object.keys(exports).length === 0)) return namespace
    return isObject && Object.keys(namespace).length > 0 ? { ...namespace, ...exports } : exports
  }

  #sourceModule({ path, code }) {
    const known = this.#esm.get(path)
    if (known) return known
    registerSource(path, code)
    const module = new SourceTextModule(code, {
      identifier: path,
      cachedData: compiledCode(path, code),
      initializeImportMeta: (meta) => {
        meta.url = pathToFileURL(path).href
        meta.filename = path
        meta.dirname = dirname(path)
        meta.resolve = (specifier) => this.#urlOf(specifier, path)
        // Bun, which runs projects of 1.0, has the environment there, and so have builds with Vite.
        if (code.includes('import.meta.env') && !isOfReleases(path)) meta.env = process.env
      },
      importModuleDynamically: (specifier) => this.#dynamic(specifier, path),
    })
    keepCompiled(path, code, () => module.createCachedData())
    this.#esm.set(path, module)
    return module
  }

  #urlOf(specifier, from) {
    const answer = load(specifier, from)
    return answer.external ? import.meta.resolve(specifier, pathToFileURL(from).href) : pathToFileURL(answer.path).href
  }

  /** The module for an import in the file at `from`, not linked yet. */
  async #imported(specifier, from) {
    if (specifier === COMMON_JS) return this.#commonJsNames(from)
    const answer = load(specifier, from)
    if (answer.external) {
      if (!standIn(specifier, from)) this.#note(specifier)
      return packageModule(specifier, from, this.#number)
    }
    if (answer.format === 'module') {
      if (usesCommonJs(answer)) await this.#prepare(answer)
      return this.#sourceModule(answer)
    }
    const key = `commonjs:${answer.path}`
    if (!this.#esm.has(key)) {
      await this.#prepare(answer)
      if (!this.#esm.has(key)) this.#esm.set(key, wrapCommonJs(this.#run(answer).exports, answer.path))
    }
    return this.#esm.get(key)
  }

  #commonJsNames(path) {
    const key = `${COMMON_JS}:${path}`
    if (!this.#esm.has(key)) {
      const module = this.#commonJsModule(path)
      const { exports } = module
      const names = { exports, require: this.#requireFrom(path), module, __filename: path, __dirname: dirname(path) }
      this.#esm.set(key, wrap(names, key))
    }
    return this.#esm.get(key)
  }

  #commonJsModule(path) {
    const module = { id: path, filename: path, exports: {}, loaded: false, children: [], paths: [] }
    this.#commonJs.set(path, module)
    return module
  }

  /** Links and evaluates; whoever comes while that goes on waits for the same. */
  #evaluated(module) {
    if (!this.#ready.has(module)) {
      const evaluate = async () => {
        if (module.status === 'unlinked') {
          await module.link((specifier, importer) => this.#imported(specifier, importer.identifier))
        }
        // A module that is being evaluated further up imports itself: its bindings are all there is to hand out.
        if (module.status === 'linked') await module.evaluate()
        if (module.status === 'errored') throw module.error
        return module
      }
      this.#ready.set(module, evaluate())
    }
    return this.#ready.get(module)
  }

  async #dynamic(specifier, from) {
    return this.#evaluated(await this.#imported(specifier, from))
  }

  /** Evaluates the ES modules that CommonJS code requires by a literal name, since linking cannot be done in `require`. */
  async #prepare({ path, code }) {
    if (this.#prepared.has(path)) return
    this.#prepared.add(path)
    for (const [, specifier] of code.matchAll(/\brequire\s*\(\s*['"]([^'"]+)['"]\s*\)/g)) {
      let answer
      try {
        answer = load(specifier, path)
      } catch {
        // It may stand in a comment or in a branch that is never taken; `require` itself tells what is wrong.
        continue
      }
      if (answer.format === 'commonjs' || usesCommonJs(answer)) await this.#prepare(answer)
      if (answer.format === 'module') await this.#evaluated(this.#sourceModule(answer))
    }
  }

  #run({ path, code }) {
    const known = this.#commonJs.get(path)
    if (known) return known
    registerSource(path, code)
    const cachedData = compiledCode(path, code)
    const parameters = ['exports', 'require', 'module', '__filename', '__dirname']
    const run = compileFunction(code, parameters, {
      filename: path,
      cachedData,
      produceCachedData: cachedData === undefined,
      importModuleDynamically: (specifier) => this.#dynamic(specifier, path),
    })
    keepCompiled(path, code, () => run.cachedData)
    const module = this.#commonJsModule(path)
    try {
      run.call(module.exports, module.exports, this.#requireFrom(path), module, path, dirname(path))
    } catch (error) {
      this.#commonJs.delete(path)
      throw error
    }
    module.loaded = true
    return module
  }

  #required(native, specifier, path) {
    try {
      const loaded = beginFirstLoading(specifier, native.resolve(specifier))
      const exports = native(specifier)
      loaded(exports)
      return exports
    } catch (error) {
      throw missing(error, specifier, path) ?? error
    }
  }

  #requireFrom(path) {
    const native = createRequire(path)
    const require = (specifier) => {
      const answer = load(String(specifier), path)
      if (answer.external) {
        const own = standIn(specifier, path)
        if (own) return own
        this.#note(specifier)
        if (keepsRandomBytes(specifier) && !this.#requiredAnew.has(specifier)) {
          forgetRequired(specifier)
          this.#requiredAnew.add(specifier)
        }
        return this.#required(native, specifier, path)
      }
      if (answer.format === 'commonjs') return this.#run(answer).exports
      const module = this.#esm.get(answer.path)
      if (module?.status === 'evaluated') return this.#exported(module)
      const error = new Error(`require() of ES Module ${answer.path} from ${path} not supported.`)
      error.code = 'ERR_REQUIRE_ESM'
      throw error
    }
    require.resolve = (specifier, options) => {
      const answer = load(String(specifier), path)
      return answer.external ? native.resolve(specifier, options) : answer.path
    }
    require.cache = native.cache
    require.main = native.main
    return require
  }
}
