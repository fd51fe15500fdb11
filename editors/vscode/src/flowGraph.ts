/** The flow graph beside the code: the page of `banister graph --format html`, drawn again as the flow is edited. */

import { randomBytes } from 'node:crypto'
import * as vscode from 'vscode'

import { currentFolder } from './folders'
import type { Session } from './session'

/** Files whose change can change the graph. */
const SOURCES = /\.(?:[mc]?[jt]s|py|rb|json|toml)$/

/** The one page of the window. */
export class FlowGraph implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined
  private folder: vscode.WorkspaceFolder | undefined
  private drawing = false
  /** Something changed while the page was being drawn. */
  private stale = false
  /** The page as it was drawn last: one that did not change keeps what the user chose in it. */
  private drawn = ''
  private readonly subscriptions: vscode.Disposable[]

  constructor(private readonly session: Session) {
    this.subscriptions = [
      session.onGraphChanged(() => this.refresh()),
      // A server that does not tell of changes: what lies on the disk is what is drawn.
      vscode.workspace.onDidSaveTextDocument((document) => {
        if (SOURCES.test(document.fileName)) {
          void this.refresh()
        }
      }),
    ]
  }

  /** Opens the page, or brings it to the front. */
  async show(): Promise<void> {
    const folder = await currentFolder()
    if (!folder) {
      return
    }
    this.folder = folder
    if (this.panel) {
      this.panel.reveal()
    } else {
      this.panel = vscode.window.createWebviewPanel('banister.flowGraph', 'Flow Graph', vscode.ViewColumn.Beside, {
        enableScripts: true,
        localResourceRoots: [],
      })
      this.panel.onDidDispose(() => {
        this.panel = undefined
        this.drawn = ''
      })
    }
    await this.refresh()
  }

  dispose(): void {
    this.panel?.dispose()
    vscode.Disposable.from(...this.subscriptions).dispose()
  }

  private async refresh(): Promise<void> {
    this.stale = true
    if (this.drawing) {
      return
    }
    this.drawing = true
    try {
      while (this.stale && this.panel && this.folder) {
        this.stale = false
        const page = await this.page(this.folder)
        if (page !== this.drawn) {
          this.drawn = page
          this.panel.webview.html = confined(page)
        }
      }
    } finally {
      this.drawing = false
    }
  }

  private async page(folder: vscode.WorkspaceFolder): Promise<string> {
    try {
      // The server knows what is not saved yet; without one, what lies on the disk is drawn.
      return (
        (await this.session.flowGraph(folder.uri)) ??
        (await this.session.output(folder.uri, ['graph', '--format', 'html']))
      )
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return `<!doctype html><html><head></head><body><pre>${escaped(reason)}</pre></body></html>`
    }
  }
}

/** What the page needs inside an editor: its own background under its own colours, and no frame. */
const STYLE = `<style>
html { background: Canvas; }
body { padding: 0; }
</style>`

/** The page with its own scripts and styles and nothing else: no network, no files. */
function confined(page: string): string {
  const nonce = randomBytes(16).toString('hex')
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'`
  return page
    .replaceAll('<script>', `<script nonce="${nonce}">`)
    .replace('<head>', `<head><meta http-equiv="Content-Security-Policy" content="${policy}">`)
    .replace('</head>', `${STYLE}</head>`)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
