// Programs and threads that a handler starts: their clock, randomness and connections are not ours. They run all the same,
// and the harness is told, so that the test does not count as controlled.

import childProcess from 'node:child_process'
import workerThreads from 'node:worker_threads'

let tell = () => {}

/** A new invocation begins; `told(what)` hears of everything that leaves our control. */
export function begin(told) {
  tell = told
}

/** Something left our control. */
export function report(what) {
  tell(what)
}

export function install() {
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
