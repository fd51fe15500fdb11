/** Runs flow tests in a terminal of the editor. */

import * as vscode from 'vscode'

import { currentFolder } from './folders'
import { listedNames, wholeName } from './names'
import type { Session } from './session'

/** What a code lens above a flow test names: the file, and the test as the file calls it. */
export interface FlowTest {
  readonly uri: string
  readonly test: string
}

/** Runs the test of a code lens; without one, the user picks. */
export async function runFlowTest(session: Session, request?: FlowTest): Promise<void> {
  if (request) {
    await runNamed(session, vscode.Uri.parse(request.uri, true), request.test)
  } else {
    await runPicked(session)
  }
}

async function runNamed(session: Session, uri: vscode.Uri, test: string): Promise<void> {
  const folder = vscode.workspace.getWorkspaceFolder(uri)
  if (!folder) {
    throw new Error(`'${uri.fsPath}' lies in no folder of the workspace.`)
  }
  await vscode.workspace.openTextDocument(uri).then((document) => document.save())
  const name = wholeName(await tests(session, folder), vscode.workspace.asRelativePath(uri, false), test)
  if (name === undefined) {
    throw new Error(`There is no flow test '${test}' in '${uri.fsPath}': does 'banister test --list' read the file?`)
  }
  await start(session, folder, name)
}

async function runPicked(session: Session): Promise<void> {
  const folder = await currentFolder()
  if (!folder) {
    return
  }
  const all = 'All flow tests'
  const choice = await vscode.window.showQuickPick([all, ...(await tests(session, folder))], {
    placeHolder: `Flow test of ${folder.name}`,
  })
  if (choice !== undefined) {
    await start(session, folder, choice === all ? undefined : choice)
  }
}

async function tests(session: Session, folder: vscode.WorkspaceFolder): Promise<string[]> {
  return listedNames(await session.output(folder.uri, ['test', '--list']))
}

async function start(session: Session, folder: vscode.WorkspaceFolder, name: string | undefined): Promise<void> {
  const { command, shell } = session.binary()
  const args = name === undefined ? ['test'] : ['test', '--exact', '--', name]
  const options = { cwd: folder.uri.fsPath }
  const execution = shell
    ? new vscode.ShellExecution(command, args, options)
    : new vscode.ProcessExecution(command, args, options)
  const task = new vscode.Task({ type: 'process' }, folder, name ?? 'all flow tests', 'Banister', execution)
  task.group = vscode.TaskGroup.Test
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true }
  await vscode.tasks.executeTask(task)
}
