/** Runs in the extension host beside the packaged extension, in a copy of the example shop. */

import assert from 'node:assert/strict'
import { renameSync, writeFileSync } from 'node:fs'
import * as vscode from 'vscode'

import { REPORT_VARIABLE, TYPO, type Report } from '../report'

/** Longer than any answer takes on a busy machine, in milliseconds. */
const LIMIT = 40_000

const EXTENSION = 'banister.banister'

export async function activate(): Promise<void> {
  const file = process.env[REPORT_VARIABLE]
  if (file === undefined) {
    return
  }
  const passed: string[] = []
  let failure: string | undefined
  try {
    for (const [name, check] of CHECKS) {
      failure = name
      await check()
      passed.push(name)
    }
    failure = undefined
  } catch (error) {
    failure = `${failure}: ${error instanceof Error ? error.stack : String(error)}`
  }
  const report: Report = failure === undefined ? { passed } : { passed, failure }
  // The runner must never read half a report.
  writeFileSync(`${file}.new`, JSON.stringify(report))
  renameSync(`${file}.new`, file)
}

const CHECKS: readonly (readonly [string, () => Promise<void>])[] = [
  ['the extension starts by itself in a step project', startsByItself],
  ['the defaults let suggestions appear inside strings', suggestsInStrings],
  ['a hover names the step at the other end', hovers],
  ['a topic is completed inside a string', completes],
  ['a definition leads from TypeScript into Ruby', jumps],
  ['a code lens lists the subscribers', showsReferences],
  ['a code lens runs a flow test', runsFlowTest],
  ['the server starts again on request', restarts],
  ['the flow graph opens', opensGraph],
  ['a change of the flow is told before it is saved', hearsOfGraph],
  ['the schema of flow tests comes along', bringsSchema],
  ['a typo is found while it is typed', findsTypo],
]

async function startsByItself(): Promise<void> {
  const extension = vscode.extensions.getExtension(EXTENSION)
  assert.ok(extension, 'the extension is not installed')
  await until('the extension to be active', () => extension.isActive)
  const commands = await vscode.commands.getCommands(true)
  for (const name of ['restartServer', 'showLog', 'showFlowGraph', 'runFlowTest', 'showReferences']) {
    assert.ok(commands.includes(`banister.${name}`), `no command banister.${name}`)
  }
}

async function suggestsInStrings(): Promise<void> {
  for (const languageId of ['typescript', 'javascript', 'python', 'ruby', 'yaml']) {
    const settings = vscode.workspace.getConfiguration('editor', { languageId })
    assert.equal(settings.get('quickSuggestions.strings'), 'on', languageId)
  }
}

async function hovers(): Promise<void> {
  const { uri, position } = await place('steps/create-order.step.ts', "emit({ topic: '", 'order.created')
  const text = await until('a hover', async () => {
    const hovers = await execute<vscode.Hover[]>('vscode.executeHoverProvider', uri, position)
    return hovers.flatMap((hover) => hover.contents.map((part) => (typeof part === 'string' ? part : part.value)))[0]
  })
  assert.match(text, /order\.created/)
  assert.match(text, /ProcessPayment/)
  assert.match(text, /process-payment\.step\.js/)
}

async function completes(): Promise<void> {
  const { uri, position } = await place('steps/create-order.step.ts', "emits: ['", 'order.created')
  // The editor's own suggestions are single words: what has a dot is the server's.
  for (const topic of ['order.created', 'payment.processed', 'sentiment.analyzed']) {
    await until(`the suggestion ${topic}`, async () => (await completions(uri, position)).includes(topic))
  }
}

async function jumps(): Promise<void> {
  const { uri, position } = await place('steps/request-report.step.ts', "topic: '", 'report.requested')
  type Target = vscode.Location | vscode.LocationLink
  const targets = await until('a definition', async () => {
    const found = await execute<Target[]>('vscode.executeDefinitionProvider', uri, position)
    return found.length > 0 ? found : undefined
  })
  const places = targets.map((target) => ('targetUri' in target ? target.targetUri : target.uri).path)
  const ruby = targets[places.findIndex((path) => path.endsWith('/steps/generate_report.step.rb'))]
  assert.ok(ruby, `no Ruby step in ${places.join(' ')}`)
  const [file, range] =
    'targetUri' in ruby ? [ruby.targetUri, ruby.targetSelectionRange ?? ruby.targetRange] : [ruby.uri, ruby.range]
  const document = await vscode.workspace.openTextDocument(file)
  assert.match(document.getText(range), /report\.requested/)
  assert.match(document.lineAt(range.start).text, /subscribes/)
}

async function showsReferences(): Promise<void> {
  const document = await open('steps/create-order.step.ts')
  const lens = await lensOf(document, 'banister.showReferences')
  assert.equal(lens.title, '1 subscriber')
  await vscode.commands.executeCommand(lens.command, ...(lens.arguments ?? []))
}

async function runsFlowTest(): Promise<void> {
  const test = 'an order of nothing is refused'
  const document = await open('tests/orders.flow.yaml')
  const lens = await lensOf(document, 'banister.runFlowTest', (request) => request.test === test)
  const ended: vscode.TaskProcessEndEvent[] = []
  const listener = vscode.tasks.onDidEndTaskProcess((event) => ended.push(event))
  try {
    await vscode.commands.executeCommand(lens.command, ...(lens.arguments ?? []))
    const event = await until('the end of the test', () => ended[0])
    assert.equal(event.execution.task.name, `tests/orders::${test}`)
    assert.equal(event.exitCode, 0)
  } finally {
    listener.dispose()
  }
}

async function restarts(): Promise<void> {
  await vscode.commands.executeCommand('banister.restartServer')
  await hovers()
}

async function opensGraph(): Promise<void> {
  await open('steps/create-order.step.ts')
  await vscode.commands.executeCommand('banister.showFlowGraph')
  await until('the page', () =>
    vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .some((tab) => tab.input instanceof vscode.TabInputWebview && tab.input.viewType.includes('banister.flowGraph')),
  )
}

async function hearsOfGraph(): Promise<void> {
  const { uri, position } = await place('steps/create-order.step.ts', "emits: ['", 'order.created')
  const editor = await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.One, preview: false })
  const extension = vscode.extensions.getExtension<{ onFlowGraphChanged: vscode.Event<void> }>(EXTENSION)
  assert.ok(extension)
  let told = 0
  const listener = extension.exports.onFlowGraphChanged(() => (told += 1))
  try {
    await editor.edit((edit) => edit.insert(position, "order.noticed', '"))
    await until('the change of the graph', () => told > 0)
    const before = told
    await vscode.commands.executeCommand('undo')
    await until('the change back', () => told > before)
  } finally {
    listener.dispose()
  }
}

async function bringsSchema(): Promise<void> {
  const extension = vscode.extensions.getExtension(EXTENSION)
  assert.ok(extension)
  type Contribution = { fileMatch: string[]; url: string }
  const manifest = extension.packageJSON as { contributes: { yamlValidation: Contribution[] } }
  const [schema] = manifest.contributes.yamlValidation
  assert.ok(schema)
  assert.ok(schema.fileMatch.includes('*.flow.yaml'))
  const text = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(extension.extensionUri, schema.url))
  assert.ok('tests' in JSON.parse(Buffer.from(text).toString()).properties)
}

/** Leaves the typo on the screen with the cursor in it. */
async function findsTypo(): Promise<void> {
  const { uri, position } = await place('steps/create-order.step.ts', "emit({ topic: '", 'order.created')
  const document = await vscode.workspace.openTextDocument(uri)
  const editor = await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One, preview: false })
  const ours = (): vscode.Diagnostic[] =>
    vscode.languages
      .getDiagnostics(uri)
      .filter(({ source, severity }) => source === 'banister' && severity === vscode.DiagnosticSeverity.Error)
  assert.deepEqual(ours(), [], 'the example has errors')

  const topic = new vscode.Range(position, position.translate(0, 'order.created'.length))
  await editor.edit((edit) => edit.replace(topic, TYPO))
  const [finding] = await until('a finding', () => (ours().length > 0 ? ours() : undefined))
  assert.ok(finding)
  assert.equal(document.getText(finding.range), TYPO)
  assert.match(finding.message, /order\.created/)

  await vscode.commands.executeCommand('undo')
  await until('its end', () => ours().length === 0)

  await editor.edit((edit) => edit.replace(topic, TYPO))
  await until('the finding again', () => ours().length > 0)
  const after = topic.start.translate(0, 'order.'.length)
  editor.selection = new vscode.Selection(after, after)
  editor.revealRange(topic, vscode.TextEditorRevealType.InCenter)
}

async function completions(uri: vscode.Uri, position: vscode.Position): Promise<string[]> {
  const list = await execute<vscode.CompletionList>('vscode.executeCompletionItemProvider', uri, position)
  return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label))
}

/** The first lens that runs `command`, and whose first argument is the wanted one. */
async function lensOf(
  document: vscode.TextDocument,
  command: string,
  wanted: (argument: { test?: unknown }) => boolean = () => true,
): Promise<vscode.Command> {
  return until(`a lens ${command}`, async () => {
    const lenses = await execute<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri)
    return lenses
      .map((lens) => lens.command)
      .find((found) => found?.command === command && wanted(Object(found.arguments?.[0])))
  })
}

/** Opens a file and finds the first character of `text`, behind `before` on the same line. */
async function place(
  file: string,
  before: string,
  text: string,
): Promise<{ uri: vscode.Uri; position: vscode.Position }> {
  const document = await open(file)
  const at = document.getText().indexOf(before + text)
  assert.ok(at >= 0, `no ${before}${text} in ${file}`)
  return { uri: document.uri, position: document.positionAt(at + before.length) }
}

async function open(file: string): Promise<vscode.TextDocument> {
  const folder = vscode.workspace.workspaceFolders?.[0]
  assert.ok(folder, 'no folder is open')
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, file))
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One, preview: false })
  return document
}

async function execute<T>(command: string, ...args: unknown[]): Promise<T> {
  return vscode.commands.executeCommand<T>(command, ...args)
}

/** Asks again and again until there is an answer; fails if none comes in time. */
async function until<T>(what: string, ask: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + LIMIT
  while (Date.now() < deadline) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) {
      return answer
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`waited in vain for ${what}`)
}
