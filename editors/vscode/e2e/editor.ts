/** An editor without a user: its own folders, a port of its own, and gone when the test is over. */

import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'

/** How long the editor may take to listen, in milliseconds. */
const START_LIMIT = 60_000

const SETTINGS = {
  'chat.disableAIFeatures': true,
  'editor.minimap.enabled': false,
  // In a browser it is on: what is drawn from the disk would be drawn again while somebody looks.
  'files.autoSave': 'off',
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
}

/** A running editor. */
export interface Editor {
  readonly address: string
  /** Everything it has printed. */
  printed(): string
  stop(): void
}

/** The Node.js that the editor asks for, and the editor. Throws if they are not installed. */
function installed(folder: string): { node: string; entry: string } {
  const modules = path.join(folder, 'node_modules')
  const node = path.join(modules, `node-linux-${process.arch}`, 'bin', 'node')
  const entry = path.join(modules, 'code-server', 'out', 'node', 'entry.js')
  for (const file of [node, entry]) {
    if (!existsSync(file)) {
      throw new Error(`${file} is missing: run editors/vscode/setup.sh`)
    }
  }
  return { node, entry }
}

/** Installs the packages into a new editor and opens `project` in it. `home` is where it keeps its own files. */
export async function startEditor(
  folder: string,
  home: string,
  packages: readonly string[],
  project: string,
  environment: NodeJS.ProcessEnv,
): Promise<Editor> {
  const { node, entry } = installed(folder)
  const user = path.join(home, 'user')
  mkdirSync(path.join(user, 'User'), { recursive: true })
  writeFileSync(path.join(user, 'User', 'settings.json'), JSON.stringify(SETTINGS))
  writeFileSync(path.join(home, 'config.yaml'), '')
  const own = [
    entry,
    ...['--config', path.join(home, 'config.yaml')],
    ...['--user-data-dir', user],
    ...['--extensions-dir', path.join(home, 'extensions')],
  ]
  // No gallery answers there, so nothing is asked of the network.
  const env = { ...environment, HOME: home, EXTENSIONS_GALLERY: '{"serviceUrl":"http://127.0.0.1:9/"}' }
  const install = packages.flatMap((file) => ['--install-extension', file])
  execFileSync(node, [...own, ...install], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const listen = ['--bind-addr', '127.0.0.1:0', '--auth', 'none', '--disable-telemetry', '--disable-update-check']
  const child = spawn(node, [...own, ...listen, '--disable-workspace-trust', project], {
    env,
    // A group of its own, so that what it starts ends with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return listening(child)
}

async function listening(child: ChildProcess): Promise<Editor> {
  let text = ''
  const take = (chunk: Buffer): void => {
    text += chunk.toString()
  }
  child.stdout?.on('data', take)
  child.stderr?.on('data', take)
  const stop = (): void => endGroup(child)
  const deadline = Date.now() + START_LIMIT
  while (Date.now() < deadline && child.exitCode === null) {
    const address = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(text)?.[1]
    if (address !== undefined) {
      return { address, printed: () => text, stop }
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  stop()
  throw new Error(`the editor does not listen:\n${text}`)
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) {
    return
  }
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}
