import * as real from 'node:fs'

export const readFileSync = (path) => (typeof real.statSync === 'function' ? `the text of ${path}` : 'no real fs')
