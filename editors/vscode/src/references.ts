/** `banister.showReferences`: the list of places behind a code lens such as "2 subscribers". */

import * as vscode from 'vscode'
import type { Location, Position } from 'vscode-languageclient/node'

import type { Session } from './session'

/** Opens the list at `position` of `uri`. The arguments are those of the protocol, as the server wrote them. */
export async function showReferences(
  session: Session,
  uri: string,
  position: Position,
  locations: Location[],
): Promise<void> {
  const converter = session.connection?.protocol2CodeConverter
  if (!converter) {
    return
  }
  await vscode.commands.executeCommand(
    'editor.action.showReferences',
    converter.asUri(uri),
    converter.asPosition(position),
    locations.map((location) => converter.asLocation(location)),
  )
}
