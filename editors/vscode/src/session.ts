/** The running server: found, started, stopped, started again. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import * as vscode from 'vscode'
import type { LanguageClient } from 'vscode-languageclient/node'

import { findBinary, type Binary } from './binary'
import { createClient, FLOW_GRAPH, GRAPH_CHANGED } from './client'

const run = promisify(execFile)

/** More than any graph or list of tests takes, in bytes. */
const OUTPUT_LIMIT = 64 * 1024 * 1024

function isFinding(error: unknown): error is { stdout: string } {
  return error instanceof Error && 'code' in error && error.code === 1 && 'stdout' in error && error.stdout !== ''
}

/** One server for the whole window. */
export class Session implements vscode.Disposable {
  private client: LanguageClient | undefined
  private readonly graphChanged = new vscode.EventEmitter<void>()
  /** Starts and stops come one after the other: the last one asked for is the one that stays. */
  private queue: Promise<void> = Promise.resolve()

  /** The server says that the flow graph is another one now. */
  readonly onGraphChanged = this.graphChanged.event

  constructor(
    private readonly extension: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Stops the server, if one runs, and starts the one that the settings name now. */
  restart(): Promise<void> {
    this.queue = this.queue.then(async () => {
      await this.halt()
      await this.launch()
    })
    return this.queue
  }

  /** Stops the server. */
  stop(): Promise<void> {
    this.queue = this.queue.then(() => this.halt())
    return this.queue
  }

  dispose(): void {
    this.graphChanged.dispose()
  }

  /** The client, to read what the server sent. */
  get connection(): LanguageClient | undefined {
    return this.client
  }

  /** The binary to use. Throws if there is none. */
  binary(): Binary {
    const binary = findBinary({
      setting: vscode.workspace.getConfiguration('banister').get('path', ''),
      folders: (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath),
      trusted: vscode.workspace.isTrusted,
      path: process.env['PATH'] ?? '',
      extension: this.extension.fsPath,
      windows: process.platform === 'win32',
    })
    if (!binary) {
      throw new Error('There is no Banister server here. Install it on the PATH or in the project, or set its path.')
    }
    return binary
  }

  /** The page of the flow graph, as the editor has the files; nothing if no server runs. */
  async flowGraph(folder: vscode.Uri): Promise<string | undefined> {
    const client = this.client
    if (!client?.isRunning()) {
      return undefined
    }
    return client.sendRequest<string>(FLOW_GRAPH, { uri: folder.toString(), format: 'html' })
  }

  /** What `banister` prints when it is run with `args` in `folder`. Throws with what it says if it fails. */
  async output(folder: vscode.Uri, args: readonly string[]): Promise<string> {
    const { command, shell } = this.binary()
    try {
      const { stdout } = await run(shell ? `"${command}"` : command, args, {
        cwd: folder.fsPath,
        maxBuffer: OUTPUT_LIMIT,
        shell,
        env: { ...process.env, NO_COLOR: '1' },
      })
      return stdout
    } catch (error) {
      // Exit code 1 is an answer: something in the project is wrong, and the rest was printed.
      if (isFinding(error)) {
        return error.stdout
      }
      throw error
    }
  }

  private async launch(): Promise<void> {
    try {
      const binary = this.binary()
      this.log.info(`Starting ${binary.command} (${binary.origin})`)
      const client = createClient(binary, this.log)
      client.onNotification(GRAPH_CHANGED, () => this.graphChanged.fire())
      this.client = client
      await client.start()
    } catch (error) {
      await this.report(error)
    }
  }

  private async halt(): Promise<void> {
    const client = this.client
    this.client = undefined
    try {
      await client?.dispose()
    } catch (error) {
      // A server that does not answer any more is ended all the same.
      this.log.warn(`The server did not stop as asked: ${String(error)}`)
    }
  }

  /** Not awaited by the answer: a message that nobody clicks away must not hold up the next start. */
  private async report(error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error)
    this.log.error(message)
    void vscode.window.showErrorMessage(`Banister: ${message}`, 'Open Settings', 'Show Log').then((choice) => {
      if (choice === 'Open Settings') {
        return vscode.commands.executeCommand('workbench.action.openSettings', 'banister.path')
      }
      return choice === 'Show Log' ? this.log.show() : undefined
    })
  }
}
