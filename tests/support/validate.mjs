// Holds documents against the validators of their kinds: a JSON list of `{ kind, text }` from standard input in, a list of
// complaints, empty where there is none, out.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import vm from 'node:vm'

const require = createRequire(import.meta.url)
const validators = {
  async asyncapi(text, complaints) {
    const { Parser } = require('@asyncapi/parser')
    const { document, diagnostics } = await new Parser().parse(text)
    // 0 is an error and 1 a warning; the rest is advice, such as to use the very latest version.
    for (const it of diagnostics.filter((it) => it.severity <= 1)) complaints.push(`${it.path.join('.')}: ${it.message}`)
    if (!document && complaints.length === 0) complaints.push('not a document')
  },
  async openapi(text, complaints) {
    const { validate } = require('@readme/openapi-parser')
    const { valid, errors = [], warnings = [] } = await validate(JSON.parse(text))
    for (const it of [...errors, ...warnings]) complaints.push(it.message)
    if (!valid && complaints.length === 0) complaints.push('not valid')
  },
  async dot(text, complaints) {
    const { Graphviz } = require('@hpcc-js/wasm-graphviz')
    const graphviz = await Graphviz.load()
    if (!graphviz.layout(text, 'svg', 'dot').includes('</svg>')) complaints.push('no picture')
  },
  // The page's own script has to be one; its data has to be JSON.
  async html(text, complaints) {
    const scripts = [...text.matchAll(/<script(?<type>[^>]*)>(?<code>[\s\S]*?)<\/script>/g)]
    if (scripts.length !== 2) complaints.push(`${scripts.length} scripts`)
    for (const { groups } of scripts) {
      if (groups.type.includes('json')) JSON.parse(groups.code)
      else new vm.Script(groups.code)
    }
  },
}

const told = []
for (const { kind, text } of JSON.parse(readFileSync(0, 'utf8'))) {
  const complaints = []
  try {
    await validators[kind](text, complaints)
  } catch (error) {
    complaints.push(String(error))
  }
  told.push(complaints.join('\n'))
}
console.log(JSON.stringify(told))
