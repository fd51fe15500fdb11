// Every outbound connection goes to the mock server, which a line in front of everything else tells whom it stands for.
// A host without a mock is refused before a socket opens.
//
// Not covered: child processes, worker threads, native addons with sockets of their own. The addons that are known for it
// are not loaded, so that no call reaches the network unseen.

import diagnostics from 'node:diagnostics_channel'
import dgram from 'node:dgram'
import dns from 'node:dns'
import net from 'node:net'
import tls from 'node:tls'

import { report as tellEscaped } from './escapes.mjs'
import * as holds from './holds.mjs'
import { connectSecured, hostOf } from './secured.mjs'

const LOCAL = '127.0.0.1'
/** Names that are looked up get addresses of a range that is set aside for tests, and `connect` turns them back. */
const TEST_RANGE = '198.18.'

/** Options of `tls.connect` that ask for a context of their own. */
const CONTEXT = /^(?:allowPartialTrustChain|ca|cert|ciphers|clientCertEngine|crl|dhparam|ecdhCurve|honorCipherOrder|key|maxVersion|minVersion|passphrase|pfx|privateKey\w+|secureContext|secureOptions|secureProtocol|sessionIdContext|sigalgs|ticketKeys)$/

const realConnect = net.Socket.prototype.connect
const realTlsConnect = tls.connect

let session = 0
let invocation = 0
let bare = false
let hosts = new Set()
/** Names by the address that stands for each. Packages keep what they looked up, so that it holds for as long as the worker. */
const names = new Map()
let tellRefused = () => {}
let mockPort = 0
const open = new Set()
/** Making one reads every authority of the system, so that all plain clients share it. */
let commonContext

/** A new invocation begins. `refuse(host, port)` is told of every connection without a mock. */
export function begin(message, refuse) {
  ;({ session, invocation, bare = false } = message)
  holds.begin(message)
  hosts = new Set(message.hosts.map((host) => host.toLowerCase()))
  tellRefused = refuse
}

/** Whether the invocation has connections. */
export function hasOpen() {
  return open.size > 0
}

/** Closes what the invocation left open. */
export function closeAll() {
  for (const socket of open) socket.destroy()
  open.clear()
}

function refusal(host, port) {
  tellRefused(host, port)
  const message = `UNMOCKED outbound call to ${host}:${port}: no mock declared for this host`
  const error = new Error(message)
  return Object.assign(error, { code: 'ECONNREFUSED', errno: -111, syscall: 'connect', address: host, port })
}

/** It depends on the name alone, unless another name has the same. */
function addressOf(name) {
  let sum = 0x811c9dc5
  for (let at = 0; at < name.length; at++) sum = Math.imul(sum ^ name.charCodeAt(at), 0x01000193) >>> 0
  for (;;) {
    const address = `${TEST_RANGE}${(sum >>> 8) & 255}.${sum & 255}`
    if (!names.has(address)) names.set(address, name)
    if (names.get(address) === name) return address
    sum++
  }
}

function nameOf(host) {
  const plain = host.replace(/^::ffff:/, '')
  if (!plain.startsWith(TEST_RANGE)) return host.toLowerCase().replace(/\.$/, '')
  return names.get(plain) ?? host
}

function connect(...args) {
  const normalized = Array.isArray(args[0]) ? args[0] : net._normalizeArgs(args)
  const [options, callback] = normalized
  const path = options.path
  const host = path ? String(path) : nameOf(String(options.host || 'localhost'))
  const port = path ? 0 : Number(options.port)
  if (path || !hosts.has(host)) {
    if (callback) this.once('connect', callback)
    this.connecting = true
    const error = refusal(host, port)
    process.nextTick(() => this.destroy(error))
    return this
  }
  open.add(this)
  this.once('close', () => open.delete(this))
  const target = { ...options, host: LOCAL, port: mockPort, family: 4, autoSelectFamily: false }
  delete target.lookup
  delete target.localAddress
  realConnect.call(this, target, callback)
  // The mock server takes a socket that only looks like one of TLS for what it looks like.
  const kind = this.securedHost === undefined ? '\x01' : '\x03'
  this.write(`${kind}${session} ${invocation} ${host} ${port}${holds.watch(this, mockPort)}\n`)
  return this
}

// The line must go out before the TLS handshake, so a plain socket is connected first and TLS put on top of it.
function tlsConnect(...args) {
  const [options, callback] = net._normalizeArgs(args)
  const given = args.find((arg) => typeof arg === 'object' && arg !== null) ?? {}
  const all = { ...options, ...given }
  const wishes = Object.keys(all).some((it) => all[it] != null && CONTEXT.test(it))
  const secured = bare && !wishes ? hostOf(all) : undefined
  if (secured !== undefined) return connectSecured(all, secured, callback)
  if (!all.socket) {
    const { host, port, path } = all
    all.socket = net.connect(path ? { path } : { host: host || 'localhost', port })
    all.host = host || 'localhost'
    delete all.path
    all.socket.on('error', () => {})
  }
  if (!wishes) {
    commonContext ??= tls.createSecureContext({ ciphers: tls.DEFAULT_CIPHERS })
    all.secureContext = commonContext
  }
  const socket = realTlsConnect(all, callback)
  // A refusal happens on the socket below, and the one above is what the caller watches.
  all.socket.once('error', (error) => socket.destroy(error))
  return socket
}

function lookup(host, options, callback) {
  if (typeof options === 'function') [options, callback] = [{}, options]
  const { all, family } = typeof options === 'number' ? { family: options } : (options ?? {})
  const kind = net.isIP(host) || (family === 6 ? 6 : 4)
  const address = net.isIP(host) ? host : (kind === 6 ? '::ffff:' : '') + addressOf(nameOf(host))
  process.nextTick(() => (all ? callback(null, [{ address, family: kind }]) : callback(null, address, kind)))
}

function lookupPromise(host, options) {
  return new Promise((resolve, reject) => {
    lookup(host, options ?? {}, (error, address, family) => {
      if (error) reject(error)
      else resolve(options?.all ? address : { address, family })
    })
  })
}

function refuseResolve(host, ...rest) {
  const callback = rest.at(-1)
  const error = refusal(String(host), 53)
  if (typeof callback !== 'function') throw error
  process.nextTick(callback, error)
}

function installNames() {
  dns.lookup = lookup
  dns.promises.lookup = lookupPromise
  for (const name of Object.keys(dns).filter((it) => /^(resolve|reverse|lookupService)/.test(it))) {
    dns[name] = refuseResolve
    if (dns.promises[name]) dns.promises[name] = async (host) => refuseResolve(host)
  }
}

function installDatagrams() {
  dgram.Socket.prototype.connect = function refuse(port, address, callback) {
    const error = refusal(typeof address === 'string' ? address : LOCAL, port)
    process.nextTick(() => (typeof callback === 'function' ? callback(error) : this.emit('error', error)))
  }
  dgram.Socket.prototype.send = function refuse(_message, ...rest) {
    const callback = rest.at(-1)
    const address = rest.find((arg) => typeof arg === 'string') ?? LOCAL
    const error = refusal(address, rest.findLast((arg) => typeof arg === 'number') ?? 0)
    process.nextTick(() => (typeof callback === 'function' ? callback(error) : this.emit('error', error)))
  }
}

// The answer to a request of `http` keeps its socket, and with it the loop, until somebody reads the body. Who never does
// would keep the handler from ever being parked, so the socket is let go as soon as the answer is complete.
function installLetGo() {
  diagnostics.subscribe('http.client.response.finish', ({ response }) => {
    const { socket } = response
    const push = response.push
    response.push = function pushed(chunk, ...rest) {
      if (chunk === null) socket?.unref()
      return push.call(this, chunk, ...rest)
    }
  })
}

function installAddons() {
  const realLoad = process.dlopen
  process.dlopen = function dlopen(module, filename, ...rest) {
    const known = /(?:^|[\\/])(?<file>node_libcurl\.node|libpq[\\/].*\.node)$/.exec(filename)?.groups.file
    if (!known) return realLoad.call(this, module, filename, ...rest)
    const library = known.startsWith('libpq') ? 'libpq' : 'libcurl'
    tellEscaped(`loaded ${library}`)
    const message = `${library} is not loaded: it opens connections of its own, which no mock can answer`
    throw Object.assign(new Error(message), { code: 'ERR_DLOPEN_FAILED' })
  }
}

export function install(port) {
  mockPort = port
  installAddons()
  net.Socket.prototype.connect = connect
  tls.connect = tlsConnect
  installNames()
  installDatagrams()
  installLetGo()
}
