/** What a user sees: the finding under the text, the box over it, the suggestions, the graph; a picture of each. */

import assert from 'node:assert/strict'
import * as path from 'node:path'
import type { Page } from 'playwright-core'

import { TYPO } from './report'

/** How long anything may take to show, in milliseconds. */
const LIMIT = 30_000

/** Looks at the editor as the driver left it. Pictures go to the folder `pictures`. */
export async function look(page: Page, pictures: string): Promise<string[]> {
  const picture = (name: string): Promise<unknown> => page.screenshot({ path: path.join(pictures, `${name}.png`) })
  page.setDefaultTimeout(LIMIT)

  await page.locator('.squiggly-error').first().waitFor()
  await picture('finding')

  await page.getByText(TYPO).first().hover()
  const hover = page.locator('.monaco-hover:visible', { hasText: 'undeclared-emit' })
  await hover.first().waitFor()
  await picture('hover')

  // Typed as a user would, with nothing pressed to ask for suggestions.
  await page.keyboard.press('Escape')
  await page.keyboard.type('c')
  const suggestion = page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'order.created' })
  await suggestion.first().waitFor()
  await picture('completion')
  await page.keyboard.press('Escape')

  const graph = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame')
  const node = graph.locator('.node', { hasText: 'CreateOrder' })
  await node.first().waitFor()
  await node.first().click()
  // Its script runs: what the step reaches is marked.
  await graph.locator('.node.on', { hasText: 'ProcessPayment' }).first().waitFor()
  await picture('graph')
  assert.equal(await graph.locator('.node.chosen').count(), 1)

  return [
    'the finding is underlined',
    'its hover names the rule',
    'suggestions open inside a string',
    'the flow graph is drawn',
  ]
}
