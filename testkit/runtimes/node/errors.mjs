// Errors as the protocol tells them: stacks in terms of the sources, paths relative to the project, no frame of ours.

import { SourceMap } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const OURS = dirname(fileURLToPath(import.meta.url))
const MAP = /\n\/\/# sourceMappingURL=data:application\/json;[^,]*base64,([A-Za-z0-9+/=]+)\s*$/

/** So many errors behind an error are told. */
const MOST_CAUSES = 10

/** Code that was handed to the runtime, by path; a map is read when the first error asks for it. */
const sources = new Map()

export function registerSource(path, code) {
  if (sources.get(path)?.code !== code) sources.set(path, { code, map: undefined })
}

function mapOf(path) {
  const source = sources.get(path)
  if (source && source.map === undefined) {
    const encoded = MAP.exec(source.code)?.[1]
    source.map = encoded ? new SourceMap(JSON.parse(Buffer.from(encoded, 'base64').toString())) : null
  }
  return source?.map ?? null
}

function original(path, line, column) {
  const entry = mapOf(path)?.findEntry(line - 1, column - 1)
  if (entry?.originalLine === undefined) return { line, column }
  return { line: entry.originalLine + 1, column: entry.originalColumn + 1 }
}

/** A problem that the harness or the worker words itself, with its place. */
export class Problem extends Error {
  constructor({ name, message, file, line, column }) {
    super(message)
    this.name = name || 'Error'
    this.place = { file, line, column }
  }
}

export function installStackTraces() {
  Error.stackTraceLimit = 50
  Error.prepareStackTrace = (error, sites) => {
    let header
    try {
      header = Error.prototype.toString.call(error)
    } catch {
      header = 'Error'
    }
    return [header, ...sites.map((site) => `    at ${frame(site)}`)].join('\n')
  }
}

function frame(site) {
  const text = site.toString()
  const path = site.getFileName()
  if (!sources.has(path)) return text
  const [line, column] = [site.getLineNumber(), site.getColumnNumber()]
  const place = original(path, line, column)
  return text.replace(`${path}:${line}:${column}`, `${path}:${place.line}:${place.column}`)
}

function isOurs(line) {
  return line.includes(OURS) || /\(?node:(internal|vm\b)/.test(line)
}

/** The innermost place of the stack that lies in the project and in no package. */
function placeOf(lines, root) {
  for (const line of lines) {
    const at = /(?:\(|at |^)(?:file:\/\/)?(\/[^()]*?):(\d+)(?::(\d+))?\)?$/.exec(line)
    if (!at || !at[1].startsWith(`${root}/`) || at[1].includes('/node_modules/')) continue
    return { file: at[1], line: Number(at[2]), column: at[3] ? Number(at[3]) : undefined }
  }
  return {}
}

/** What was thrown, whatever it is, as the protocol's error. */
export function describeError(thrown, root) {
  if (!(thrown instanceof Error)) {
    return { name: 'Error', message: `a value that is no Error was thrown: ${inspect(thrown)}`, stack: '' }
  }
  const name = text(() => thrown.name) || 'Error'
  const message = text(() => thrown.message)
  const lines = text(() => thrown.stack).split('\n').filter((line) => !isOurs(line))
  const place = thrown instanceof Problem ? thrown.place : placeOf(lines, root)
  lines.push(...causes(thrown, root, new Set([thrown])))
  const stack = thrown instanceof Problem ? '' : lines.join('\n').replaceAll(`${root}/`, '')
  return { name, message, stack, ...place }
}

/** The errors behind one: its cause, and those that an AggregateError gathers, each with its first line in the project. */
function causes(thrown, root, told) {
  const gathered = Array.isArray(thrown.errors) ? thrown.errors : []
  const lines = []
  for (const [label, error] of [['caused by', thrown.cause], ...gathered.map((it) => ['one of them', it])]) {
    if (!(error instanceof Error) || told.has(error) || told.size > MOST_CAUSES) continue
    told.add(error)
    const frames = text(() => error.stack).split('\n').filter((line) => !isOurs(line) && /^ +at /.test(line))
    lines.push(`  ${label} ${text(() => `${error.name}: ${error.message}`)}`)
    const { file } = placeOf(frames, root)
    const first = frames.find((frame) => file !== undefined && frame.includes(file))
    if (first) lines.push(`  ${first}`)
    lines.push(...causes(error, root, told))
  }
  return lines
}

function text(get) {
  try {
    const value = get()
    return value === undefined || value === null ? '' : String(value)
  } catch {
    return ''
  }
}

function inspect(value) {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}
