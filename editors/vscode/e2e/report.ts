/** What the driver, which runs inside the editor, tells the runner outside of it. */

/** The environment variable that names the file the driver writes. */
export const REPORT_VARIABLE = 'BANISTER_E2E_REPORT'

/** The topic that the driver misspells and leaves so, for the eyes. */
export const TYPO = 'order.craeted'

/** One line a check, in order; and why the first failed check did. */
export interface Report {
  readonly passed: readonly string[]
  readonly failure?: string
}
