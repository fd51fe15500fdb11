import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import * as path from 'node:path'
import { test } from 'node:test'

import { BadSetting, findBinary, type Surroundings } from '../src/binary'

/** A folder with the given programs, and surroundings that look for them there. */
function withPrograms(programs: string[], check: (around: Surroundings, at: (name: string) => string) => void): void {
  const root = mkdtempSync(path.join(tmpdir(), 'banister-binary-'))
  const at = (name: string): string => path.join(root, name)
  try {
    for (const program of programs) {
      mkdirSync(path.dirname(at(program)), { recursive: true })
      writeFileSync(at(program), '')
      chmodSync(at(program), 0o755)
    }
    const folders = [at('one'), at('two')]
    check({ setting: '', folders, trusted: true, path: at('bin'), extension: at('extension'), windows: false }, at)
  } finally {
    rmSync(root, { recursive: true })
  }
}

const ALL = ['set/banister', 'two/node_modules/.bin/banister', 'bin/banister', 'extension/server/banister']

test('the setting comes before the project, the PATH and the bundled binary', () => {
  for (let first = 0; first < ALL.length; first += 1) {
    withPrograms(ALL.slice(first), (around, at) => {
      const found = findBinary({ ...around, setting: first === 0 ? at('set/banister') : '' })
      assert.equal(found?.command, at(ALL[first] ?? ''))
      assert.equal(found?.origin, ['setting', 'project', 'path', 'bundled'][first])
    })
  }
  withPrograms([], (around) => assert.equal(findBinary(around), undefined))
})

test('nothing of a folder that is not trusted runs', () => {
  withPrograms(['one/node_modules/.bin/banister', 'extension/server/banister'], (around) => {
    assert.equal(findBinary(around)?.origin, 'project')
    assert.equal(findBinary({ ...around, trusted: false })?.origin, 'bundled')
  })
})

test('a setting is taken relative to the first folder, and never replaced', () => {
  withPrograms(['one/tools/banister', 'bin/banister'], (around, at) => {
    assert.equal(findBinary({ ...around, setting: 'tools/banister' })?.command, at('one/tools/banister'))
    assert.throws(() => findBinary({ ...around, setting: 'tools/missing' }), BadSetting)
    assert.throws(() => findBinary({ ...around, setting: at('one/tools') }), BadSetting)
    assert.throws(
      () => findBinary({ ...around, setting: '~/no/such/banister' }),
      (error: Error) => error.message.includes(path.join(homedir(), 'no/such/banister')),
    )
  })
})

test('what cannot be run is passed over', () => {
  withPrograms(['bin/banister', 'extension/server/banister'], (around, at) => {
    chmodSync(at('bin/banister'), 0o644)
    assert.equal(findBinary(around)?.origin, 'bundled')
    assert.equal(findBinary({ ...around, path: ['', '.', 'bin'].join(path.delimiter) })?.origin, 'bundled')
  })
})

test('the scripts that npm leaves on Windows need a shell', () => {
  withPrograms(['one/node_modules/.bin/banister.cmd', 'bin/banister.exe'], (around) => {
    const windows = { ...around, windows: true }
    assert.deepEqual([findBinary(windows)?.origin, findBinary(windows)?.shell], ['project', true])
    assert.equal(findBinary({ ...windows, trusted: false })?.shell, false)
  })
})
