// Bundles the extension, and with --tests its tests; --production leaves the source map out.

import { copyFileSync } from 'node:fs'

import { build } from 'esbuild'

const production = process.argv.includes('--production')

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
  minify: production,
  sourcemap: production ? false : 'linked',
  external: ['vscode', 'playwright-core'],
}

await build({ ...common, entryPoints: ['src/extension.ts'], outdir: 'dist' })
copyFileSync('../../docs/flow-test.schema.json', 'dist/flow-test.schema.json')

if (process.argv.includes('--tests')) {
  await build({
    ...common,
    entryPoints: { 'binary.test': 'test/binary.test.ts', 'names.test': 'test/names.test.ts', run: 'e2e/run.ts' },
    outdir: 'dist/tests',
  })
  await build({ ...common, entryPoints: { extension: 'e2e/driver/driver.ts' }, outdir: 'dist/driver' })
}
