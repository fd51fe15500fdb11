/**
 * The end-to-end test. `node dist/tests/run.js BROWSER PICTURES PROJECT PACKAGE…`: opens the project in a real editor
 * with the packages installed, lets the driver ask and looks at the screen. Prints `passed: …`, or why not.
 */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { chromium, type Browser } from 'playwright-core'

import { startEditor, type Editor } from './editor'
import { REPORT_VARIABLE, type Report } from './report'
import { look } from './screen'

/** The whole run; what takes longer hangs. In milliseconds. */
const LIMIT = 240_000

async function main(browserPath: string, pictures: string, project: string, packages: string[]): Promise<void> {
  mkdirSync(pictures, { recursive: true })
  const home = mkdtempSync(path.join(tmpdir(), 'banister-vscode-'))
  let editor: Editor | undefined
  let browser: Browser | undefined
  const end = (): void => {
    editor?.stop()
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
  const alarm = setTimeout(() => {
    process.stderr.write(`failed: no end within ${LIMIT / 1000} s\n${editor?.printed() ?? ''}\n`)
    end()
    process.exit(1)
  }, LIMIT)
  try {
    const file = path.join(home, 'report.json')
    const folder = path.resolve(__dirname, '..', '..', 'e2e')
    editor = await startEditor(folder, home, packages, project, { ...process.env, [REPORT_VARIABLE]: file })
    browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
    const page = await browser.newPage({ viewport: { width: 1400, height: 850 } })
    await page.goto(editor.address)
    const report = await reported(file)
    for (const name of report.passed) {
      process.stdout.write(`passed: ${name}\n`)
    }
    if (report.failure !== undefined) {
      await page.screenshot({ path: path.join(pictures, 'failure.png') })
      throw new Error(report.failure)
    }
    try {
      for (const name of await look(page, pictures)) {
        process.stdout.write(`passed: ${name}\n`)
      }
    } catch (error) {
      await page.screenshot({ path: path.join(pictures, 'failure.png') })
      throw error
    }
  } finally {
    clearTimeout(alarm)
    await browser?.close()
    end()
  }
}

/** Waits for the driver; the alarm ends a wait in vain. */
async function reported(file: string): Promise<Report> {
  while (!existsSync(file)) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const report: unknown = JSON.parse(readFileSync(file, 'utf8'))
  if (!isReport(report)) {
    throw new Error(`the driver wrote something else than a report: ${JSON.stringify(report)}`)
  }
  return report
}

function isReport(value: unknown): value is Report {
  return typeof value === 'object' && value !== null && 'passed' in value && Array.isArray(value.passed)
}

const [browser, pictures, project, ...packages] = process.argv.slice(2)
if (browser === undefined || pictures === undefined || project === undefined || packages.length === 0) {
  process.stderr.write('usage: run BROWSER PICTURES PROJECT PACKAGE…\n')
  process.exit(2)
}
main(browser, pictures, project, packages).catch((error: unknown) => {
  process.stderr.write(`failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exit(1)
})
