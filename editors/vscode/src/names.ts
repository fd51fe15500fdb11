/** Names of flow tests, as `banister test` prints and takes them: `tests/orders::an order is paid`. */

/** The names in what `banister test --list` prints: one `NAME: KIND` a line. */
export function listedNames(output: string): string[] {
  return output
    .split(/\r?\n/)
    .map((line) => /^(.+): (?:test|property)$/.exec(line)?.[1])
    .filter((name) => name !== undefined)
}

/**
 * The whole name of the test called `test` in `file` (relative to the workspace folder, with `/`). A name starts with
 * the file's path below its project, and with the project's folder where there are several; so the longest start that
 * the file's path ends with is the one.
 */
export function wholeName(names: readonly string[], file: string, test: string): string | undefined {
  const stem = file.replace(/\.flow\.ya?ml$/, '')
  const fits = names.filter((name) => {
    const at = name.indexOf('::')
    const start = name.slice(0, at)
    return at > 0 && name.slice(at + 2) === test && (stem === start || stem.endsWith(`/${start}`))
  })
  return fits.sort((one, other) => other.length - one.length)[0]
}
