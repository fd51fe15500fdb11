// Programs and threads that a handler starts: their clock, randomness and connections are not ours. They run all the same,
// and the harness is told, so that the test does not count as controlled.

import childProcess from 'node:child_process'
import crypto from 'node:crypto'
import workerThreads from 'node:worker_threads'

let tell = () => {}

/** A new invocation begins; `told(what, partial)` hears of everything that leaves our control. */
export function begin(told) {
  tell = told
}

/** Something left our control. */
export function report(what, partial = false) {
  tell(what, partial)
}

/** What OpenSSL draws for keys comes from its own source. */
function installKeys() {
  const told = (owner, name, what) => {
    const real = owner[name]
    owner[name] = function made(...args) {
      tell(what, true)
      return real.apply(this, args)
    }
    // How `promisify` is to hand on several values.
    for (const symbol of Object.getOwnPropertySymbols(real)) {
      Object.defineProperty(owner[name], symbol, Object.getOwnPropertyDescriptor(real, symbol))
    }
  }
  told(crypto, 'generateKeyPair', 'generated a key pair')
  told(crypto, 'generateKeyPairSync', 'generated a key pair')
  for (const name of ['createECDH', 'createDiffieHellman', 'generatePrime', 'generatePrimeSync']) {
    told(crypto, name, 'generated a key')
  }
  told(Object.getPrototypeOf(crypto.webcrypto.subtle), 'generateKey', 'generated a key')
}

export function install() {
  installKeys()
  const { ChildProcess } = childProcess
  const spawn = ChildProcess.prototype.spawn
  ChildProcess.prototype.spawn = function told(options) {
    tell(`started the program ${options?.file}`)
    return spawn.call(this, options)
  }
  for (const name of ['spawnSync', 'execSync', 'execFileSync']) {
    const real = childProcess[name]
    childProcess[name] = function told(command, ...rest) {
      tell(`started the program ${String(command).split(' ')[0]}`)
      return real.call(this, command, ...rest)
    }
  }
  workerThreads.Worker = class Worker extends workerThreads.Worker {
    constructor(...args) {
      tell('started a worker thread')
      super(...args)
    }
  }
}
