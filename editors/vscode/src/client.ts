/** The connection with one server. */

import {
  LanguageClient,
  type ClientCapabilities,
  type FeatureState,
  type LanguageClientOptions,
  type ServerCapabilities,
  type ServerOptions,
  type StaticFeature,
} from 'vscode-languageclient/node'
import type { LogOutputChannel } from 'vscode'

import type { Binary } from './binary'

/** Sent by a server that knows that the flow graph is another one now. */
export const GRAPH_CHANGED = 'banister/graphChanged'

/** Asks for the flow graph. */
export const FLOW_GRAPH = 'banister/flowGraph'

/** Commands of code lenses that this extension runs itself. */
const OWN_COMMANDS = ['banister.showReferences', 'banister.runFlowTest', 'banister.showFlowGraph']

const LANGUAGES = ['typescript', 'javascript', 'python', 'ruby']

/** Tells the server which commands the editor has and that it wants to hear of the flow graph, and keeps the client from registering them a second time. */
class OwnCommands implements StaticFeature {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    capabilities.experimental = { commands: { commands: OWN_COMMANDS }, banister: { graphChanged: true } }
  }

  preInitialize(server: ServerCapabilities): void {
    const offered = server.executeCommandProvider
    if (offered) {
      offered.commands = offered.commands.filter((command) => !OWN_COMMANDS.includes(command))
    }
  }

  initialize(): void {}

  getState(): FeatureState {
    return { kind: 'static' }
  }

  clear(): void {}
}

/** A client that is not started yet. */
export function createClient(binary: Binary, log: LogOutputChannel): LanguageClient {
  const server: ServerOptions = {
    command: binary.shell ? `"${binary.command}"` : binary.command,
    args: ['lsp'],
    options: { shell: binary.shell },
  }
  const options: LanguageClientOptions = {
    documentSelector: [
      ...LANGUAGES.map((language) => ({ scheme: 'file', language })),
      { scheme: 'file', pattern: '**/*.flow.{yaml,yml}' },
    ],
    outputChannel: log,
    // The server puts its own notifications into words; a message for each refused request would only disturb.
    diagnosticCollectionName: 'banister',
  }
  const client = new LanguageClient('banister', 'Banister', server, options)
  client.registerFeature(new OwnCommands())
  return client
}
