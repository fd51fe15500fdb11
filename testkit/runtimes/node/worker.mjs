// Runs handlers of TypeScript and JavaScript steps for the harness (docs/worker-protocol.md).
//
// How it knows that a handler is parked: timers are virtual and the protocol is read synchronously, so the event loop
// holds nothing but what the handler itself waits for outside (a socket, a file, a computation on the thread pool). Node
// emits `beforeExit` exactly when the loop holds nothing any more; that, and no quiet period, is `parked`. The next
// message is read right there, which is also the only place where the process waits for the harness.

import { syncBuiltinESMExports } from 'node:module'
import v8 from 'node:v8'

import { receive, send } from './channel.mjs'
import * as clock from './clock.mjs'
import * as environment from './environment.mjs'
import { installStackTraces } from './errors.mjs'
import * as escapes from './escapes.mjs'
import * as holds from './holds.mjs'
import { remember as rememberGlobals } from './globals.mjs'
import { dropHandles, Invocation } from './invocation.mjs'
import * as mocks from './mocks.mjs'
import * as network from './network.mjs'
import * as randomness from './randomness.mjs'

const PROTOCOL = 1
const { BANISTER_ROOT: root, BANISTER_MOCK_PORT: mockPort } = process.env
const later = setImmediate
const exit = process.reallyExit.bind(process)

let current = null

function turn() {
  if (current && !current.ended && !current.park()) return later(() => {})
  const message = receive()
  if (message.type === 'exit') exit(0)
  else if (message.type === 'abandon') abandon()
  else if (message.type === 'resume') resume(message)
  else {
    current = new Invocation(message, root, () => later(dropHandles))
    later(() => current.start())
  }
}

/** Ends the handler in the middle. What it may have left behind where we cannot look goes with the process. */
function abandon() {
  if (!current.leavesNothing()) exit(0)
  current.abandon()
}

// Each answer and each timer is a turn of the event loop of its own, as it would be if they came one by one.
function resume({ now, replies, timers, exchanges = [], events = [], end = false }) {
  clock.setNow(now)
  holds.goOn(exchanges)
  for (const reply of replies) later(() => current.answer(reply))
  for (const id of timers) later(() => clock.fire(id))
  for (const event of events) later(() => current.deliver(event))
  if (end) later(() => current.finish())
  later(() => {})
}

function refuseExit(code = process.exitCode ?? 0) {
  refuse(`process.exit(${code})`)
}

function refuse(call) {
  const error = new Error(`${call} was called by the handler`)
  current?.fail(error)
  throw error
}

// The parser of the built-in fetch is WebAssembly, which V8 would optimise at the first answer, at the price of a start of
// node; a worker seldom lives long enough to earn that back. Code that is hot for longer still is optimised.
v8.setFlagsFromString('--wasm-tiering-budget=100000000')

installStackTraces()
environment.install(root)
clock.install()
randomness.install()
network.install(Number(mockPort))
holds.install(clock.makeTimer)
escapes.install()
mocks.install()
process.exit = refuseExit
process.reallyExit = refuseExit
process.abort = () => refuse('process.abort()')
syncBuiltinESMExports()
rememberGlobals()

process.on('beforeExit', turn)
process.on('uncaughtException', (error) => current?.fail(error))
process.on('unhandledRejection', (reason) => current?.fail(reason))

send({ type: 'ready', protocol: PROTOCOL, runtime: 'node', version: process.versions.node, pid: process.pid })
