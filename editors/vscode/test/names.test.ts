import assert from 'node:assert/strict'
import { test } from 'node:test'

import { listedNames, wholeName } from '../src/names'

test('names are read from the list, whatever they contain', () => {
  const output =
    'tests/orders::an order: paid: test\r\ntests/orders::any order is paid: property\n\nnoise\n2 tests: fine\n'
  assert.deepEqual(listedNames(output), ['tests/orders::an order: paid', 'tests/orders::any order is paid'])
})

test('a test is told from one of the same name in another file', () => {
  const names = ['tests/orders::it works', 'tests/more-orders::it works', 'orders::it works']
  assert.equal(wholeName(names, 'tests/orders.flow.yaml', 'it works'), 'tests/orders::it works')
  assert.equal(wholeName(names, 'tests/more-orders.flow.yml', 'it works'), 'tests/more-orders::it works')
  assert.equal(wholeName(names, 'orders.flow.yaml', 'it works'), 'orders::it works')
  assert.equal(wholeName(names, 'reports.flow.yaml', 'it works'), undefined)
  assert.equal(wholeName(names, 'orders.flow.yaml', 'it'), undefined)
})

test('the project that a file lies in counts', () => {
  const names = ['shop/tests/orders::it works', 'tests/orders::it works']
  assert.equal(wholeName(names, 'shop/tests/orders.flow.yaml', 'it works'), 'shop/tests/orders::it works')
  assert.equal(wholeName(names, 'packages/shop/tests/orders.flow.yaml', 'it works'), 'shop/tests/orders::it works')
  assert.equal(wholeName(names, 'tests/orders.flow.yaml', 'it works'), 'tests/orders::it works')
})
