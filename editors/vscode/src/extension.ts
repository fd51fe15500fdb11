/** Entry point: the server of the window, and the commands around it. */

import * as vscode from 'vscode'
import type { Location, Position } from 'vscode-languageclient/node'

import { FlowGraph } from './flowGraph'
import { runFlowTest, type FlowTest } from './flowTest'
import { showReferences } from './references'
import { Session } from './session'

let session: Session | undefined

/** What other extensions may use. */
export interface Api {
  /** The flow graph is another one now, as the editor has the files. */
  readonly onFlowGraphChanged: vscode.Event<void>
}

export async function activate(context: vscode.ExtensionContext): Promise<Api> {
  const log = vscode.window.createOutputChannel('Banister', { log: true })
  const running = new Session(context.extensionUri, log)
  const graph = new FlowGraph(running)
  session = running

  const command = <A extends unknown[]>(name: string, run: (...args: A) => unknown) =>
    vscode.commands.registerCommand(name, (...args: A) => told(log, () => run(...args)))

  context.subscriptions.push(
    log,
    running,
    graph,
    command('banister.restartServer', () => running.restart()),
    command('banister.showLog', () => log.show()),
    command('banister.showFlowGraph', () => graph.show()),
    command('banister.runFlowTest', (request?: FlowTest) => runFlowTest(running, request)),
    command('banister.showReferences', (uri: string, position: Position, locations: Location[]) =>
      showReferences(running, uri, position, locations),
    ),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('banister.path')) {
        void running.restart()
      }
    }),
    // The project's own package may be taken from now on.
    vscode.workspace.onDidGrantWorkspaceTrust(() => void running.restart()),
  )
  await running.restart()
  return { onFlowGraphChanged: running.onGraphChanged }
}

export async function deactivate(): Promise<void> {
  await session?.stop()
}

/** Runs a command; tells the user why it failed. */
async function told(log: vscode.LogOutputChannel, run: () => unknown): Promise<void> {
  try {
    await run()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    log.error(message)
    void vscode.window.showErrorMessage(`Banister: ${message}`)
  }
}
