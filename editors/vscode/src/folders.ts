/** Which folder of the workspace a command is about. */

import * as vscode from 'vscode'

/** The folder of the active editor; else the only one, or the one that the user picks. */
export async function currentFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const active = vscode.window.activeTextEditor?.document.uri
  const around = active && vscode.workspace.getWorkspaceFolder(active)
  if (around) {
    return around
  }
  const folders = vscode.workspace.workspaceFolders ?? []
  return folders.length > 1 ? vscode.window.showWorkspaceFolderPick() : folders[0]
}
