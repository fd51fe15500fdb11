// Holds documents against the validators of their kinds: a JSON list of `{ kind, text }` from standard input in, a list of
// complaints, empty where there is none, out.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

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
  // The page is opened as from a disk, without a network, and every box of it is chosen once.
  async html(text, complaints) {
    const { JSDOM, VirtualConsole } = require('jsdom')
    const virtualConsole = new VirtualConsole()
    virtualConsole.on('jsdomError', (error) => complaints.push(String(error)))
    const { window } = new JSDOM(text, { runScripts: 'dangerously', virtualConsole, url: 'file:///flows.html' })
    const { document } = window
    const boxes = [...document.querySelectorAll('.node')]
    const title = (box) => box.querySelector('text').textContent
    if (boxes.length === 0) complaints.push('no box')
    for (const box of boxes) {
      box.dispatchEvent(new window.MouseEvent('click', { bubbles: true }))
      const at = box.dataset.node
      const touching = document.querySelectorAll(`.link[data-from="${at}"], .link[data-to="${at}"]`)
      if (!box.matches('.on.chosen')) complaints.push(`${title(box)} does not light up`)
      if ([...touching].some((link) => !link.matches('.on'))) complaints.push(`an arrow of ${title(box)} stays dark`)
      if (!document.getElementById('story').textContent.includes(title(box))) complaints.push(`${title(box)} is not told`)
    }
    const find = document.getElementById('find')
    for (const box of boxes) {
      find.value = title(box)
      find.dispatchEvent(new window.Event('input'))
      if (box.matches('.hidden')) complaints.push(`${title(box)} is not found`)
    }
    find.value = 'nothing is called so'
    find.dispatchEvent(new window.Event('input'))
    if (boxes.some((box) => !box.matches('.hidden'))) complaints.push('a search for nothing finds something')
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
