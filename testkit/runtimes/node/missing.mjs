// A package that is not installed: where the project asks for it.

import { readFileSync } from 'node:fs'

import { Problem } from './errors.mjs'

const CODES = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED'])

/** The error with the place of the import in the file at `from`; nothing if it is another one, or is about another package. */
export function missing(error, specifier, from) {
  const [, name] = /^((?:@[^/]+\/)?[^/]+)/.exec(specifier) ?? []
  if (!CODES.has(error?.code) || !String(error.message).includes(name)) return undefined
  const place = placeOf(specifier, from)
  if (place === undefined) return undefined
  const [message] = String(error.message).split('\n')
  return Object.assign(new Problem({ name: error.name, message, file: from, ...place }), { code: error.code })
}

/** Where the text of a file names `specifier` in an import; transpiling keeps the text of it as it is. */
function placeOf(specifier, from) {
  const name = specifier.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const asked = new RegExp(`(?:\\bfrom\\s*|\\bimport\\s*\\(?\\s*|\\brequire\\s*\\(\\s*)(['"\`])${name}\\1`)
  const found = asked.exec(readFileSync(from, 'utf8'))
  if (found === null) return undefined
  const before = found.input.slice(0, found.index + found[0].indexOf(found[1])).split('\n')
  return { line: before.length, column: before.at(-1).length + 1 }
}
