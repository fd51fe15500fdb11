// TLS that is left out. Nobody can listen on the way to the mock server, and a handshake costs more than all the rest of a
// mocked call. So a client that asks for plain TLS gets a socket that looks like one of TLS and tells the mock server, in its
// first line, to take it for one. Whoever has wishes of its own (an authority, a certificate, a check of the server's identity)
// speaks TLS in fact, and so does everybody if some connections go to real services.
//
// Not covered: what only a handshake can give (`exportKeyingMaterial`, `getFinished`, `getPeerFinished`).

import { X509Certificate } from 'node:crypto'
import net from 'node:net'
import tls from 'node:tls'

import { receive, send } from './channel.mjs'

/** What the mock server speaks, for all that it does not speak it here. */
const ALPN = 'http/1.1'
const PROTOCOL = 'TLSv1.3'
const CIPHER = { name: 'TLS_AES_256_GCM_SHA384', standardName: 'TLS_AES_256_GCM_SHA384', version: PROTOCOL }
const EXCHANGE = { type: 'ECDH', name: 'X25519', size: 253 }

/** Options of `tls.connect` that only TLS itself can grant. */
const WISHES = [
  'ALPNCallback', 'checkServerIdentity', 'enableTrace', 'fd', 'handle', 'isServer', 'manualStart', 'minDHSize', 'onread', 'path',
  'pauseOnConnect', 'pskCallback', 'requestCert', 'requestOCSP', 'server', 'session', 'SNICallback', 'socket',
]
const OF_SOCKETS = ['allowHalfOpen', 'highWaterMark', 'keepAlive', 'keepAliveInitialDelay', 'noDelay', 'signal']
/** A name that certificates are made for without ado. */
const NAME = /^(?=.{1,253}$)[a-z\d](?:[a-z\d-]{0,62})(?:\.[a-z\d](?:[a-z\d-]{0,62}))*$/i

const { TLSSocket, checkServerIdentity } = tls
const standard = { checkServerIdentity }

/** Certificates of hosts as the mock server gives them, with the authority's. */
const certificates = new Map()

function certificateOf(host) {
  if (!certificates.has(host)) {
    send({ type: 'certificate', host })
    const { certificate, authority } = receive()
    certificates.set(host, [new X509Certificate(certificate), new X509Certificate(authority)])
  }
  return certificates.get(host)
}

/** The host that a client of these options speaks TLS with; nothing if it has to do so in fact. */
export function hostOf(options) {
  const host = options.servername || options.host || 'localhost'
  if (typeof host !== 'string' || net.isIP(host) || !NAME.test(host)) return undefined
  const wishes = WISHES.some((name) => options[name] != null && options[name] !== false && options[name] !== standard[name])
  const { ALPNProtocols: offered } = options
  const agrees = offered == null || (Array.isArray(offered) && (offered.length === 0 || offered.includes(ALPN)))
  return wishes || !agrees ? undefined : host
}

/** A socket that is taken for one of TLS, not connected yet. */
function Secured(options, host) {
  const given = OF_SOCKETS.filter((name) => options[name] !== undefined).map((name) => [name, options[name]])
  net.Socket.call(this, Object.fromEntries(given))
  this._tlsOptions = options
  this._secureEstablished = false
  this._securePending = false
  this._newSessionPending = false
  this._controlReleased = true
  this.secureConnecting = true
  this.servername = null
  this.alpnProtocol = null
  this.authorized = false
  this.authorizationError = null
  this.encrypted = true
  this.ssl = null
  Object.defineProperty(this, 'securedHost', { value: host })
}

Secured.prototype = Object.create(TLSSocket.prototype, { constructor: { value: TLSSocket, configurable: true, writable: true } })

Object.assign(Secured.prototype, {
  /** Both sides have agreed. */
  secure() {
    if (this.destroyed) return
    this._secureEstablished = true
    this.secureConnecting = false
    this.servername = net.isIP(this.securedHost) ? false : this.securedHost
    this.alpnProtocol = this._tlsOptions.ALPNProtocols?.length > 0 ? ALPN : false
    this.authorized = true
    this.emit('secure')
    this.emit('secureConnect')
  },
  getPeerCertificate(detailed = false) {
    if (!this._secureEstablished || this.destroyed) return this.destroyed ? null : {}
    const [certificate, authority] = certificateOf(this.securedHost)
    const told = certificate.toLegacyObject()
    if (!detailed) return told
    told.issuerCertificate = authority.toLegacyObject()
    told.issuerCertificate.issuerCertificate = told.issuerCertificate
    return told
  },
  getPeerX509Certificate() {
    return this._secureEstablished && !this.destroyed ? certificateOf(this.securedHost)[0] : undefined
  },
  getProtocol() {
    return this.destroyed ? null : PROTOCOL
  },
  getCipher() {
    return { ...CIPHER }
  },
  getEphemeralKeyInfo() {
    return { ...EXCHANGE }
  },
  getSharedSigalgs: () => [],
  getCertificate: () => ({}),
  getX509Certificate() {},
  getSession() {},
  getTLSTicket() {},
  isSessionReused: () => false,
  setSession() {},
  setServername() {},
  setKeyCert() {},
  setMaxSendFragment: () => true,
  disableRenegotiation() {},
  enableTrace() {},
  renegotiate(_options, callback) {
    const error = Object.assign(new Error('wrong ssl version'), { code: 'ERR_SSL_WRONG_SSL_VERSION' })
    if (callback) process.nextTick(callback, error)
    return false
  },
})
for (const name of ['exportKeyingMaterial', 'getFinished', 'getPeerFinished']) {
  Secured.prototype[name] = function refuse() {
    throw new Error(`${name}: a mocked connection has made no handshake`)
  }
}

/** Connects as `tls.connect` does. */
export function connectSecured(options, host, callback) {
  const socket = new Secured(options, host)
  if (callback) socket.once('secureConnect', callback)
  if (options.timeout) socket.setTimeout(options.timeout)
  // A handshake ends later than the connection is made.
  socket.once('connect', () => process.nextTick(() => socket.secure()))
  socket.connect({ ...options, host: options.host || 'localhost' })
  return socket
}
