/** Where the server is: the setting, the project's own package, the PATH, or the binary that came with the extension. */

import { accessSync, constants, statSync } from 'node:fs'
import { homedir } from 'node:os'
import * as path from 'node:path'

/** Which of the four places a binary was found in. */
export type Origin = 'setting' | 'project' | 'path' | 'bundled'

/** A program that can be started. */
export interface Binary {
  readonly command: string
  readonly origin: Origin
  /** True for a script that only a shell of the system can start, as npm leaves them on Windows. */
  readonly shell: boolean
}

/** What the search depends on. */
export interface Surroundings {
  /** The setting `banister.path`; empty if it is not set. */
  readonly setting: string
  /** Folders of the workspace. */
  readonly folders: readonly string[]
  /** True if the user trusts the workspace: nothing in a folder that is not trusted may be run. */
  readonly trusted: boolean
  /** The variable PATH. */
  readonly path: string
  /** The folder of this extension. */
  readonly extension: string
  readonly windows: boolean
}

/** The setting names something that cannot be run. */
export class BadSetting extends Error {}

/** The binary to use, or nothing if there is none. Throws `BadSetting`: what a user chose is not silently replaced. */
export function findBinary(around: Surroundings): Binary | undefined {
  if (around.setting !== '') {
    const command = settled(around.setting, around.folders[0])
    if (!isRunnable(command)) {
      throw new BadSetting(`The setting 'banister.path' names '${command}', which is not a program that can be run.`)
    }
    return { command, origin: 'setting', shell: needsShell(command) }
  }
  const packages = around.trusted ? around.folders.map((folder) => path.join(folder, 'node_modules', '.bin')) : []
  // An empty or relative entry of the PATH would mean the folder that the editor happened to start in.
  const onPath = around.path.split(path.delimiter).filter((folder) => path.isAbsolute(folder))
  return (
    inFolders(packages, 'project', around.windows) ??
    inFolders(onPath, 'path', around.windows) ??
    inFolders([path.join(around.extension, 'server')], 'bundled', around.windows)
  )
}

function settled(setting: string, folder: string | undefined): string {
  if (setting.startsWith('~/')) {
    return path.join(homedir(), setting.slice(2))
  }
  return folder === undefined ? path.resolve(setting) : path.resolve(folder, setting)
}

function inFolders(folders: readonly string[], origin: Origin, windows: boolean): Binary | undefined {
  const names = windows ? ['banister.exe', 'banister.cmd'] : ['banister']
  for (const folder of folders) {
    for (const name of names) {
      const command = path.join(folder, name)
      if (isRunnable(command)) {
        return { command, origin, shell: needsShell(command) }
      }
    }
  }
  return undefined
}

function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

function needsShell(command: string): boolean {
  return /\.(cmd|bat)$/i.test(command)
}
