// The global scope: what a handler leaves there is told of and taken away. What packages and Node itself put there on
// their first use stays, since they are loaded once for all invocations.

/** Node's own `fetch` registers its dispatcher when it is first used. */
const LAZY = [Symbol.for('undici.globalDispatcher.1'), Symbol.for('undici.globalOrigin.1')]

let known = new Set(LAZY)

/** Takes everything that is there now as belonging there. */
export function remember() {
  for (const name of Reflect.ownKeys(globalThis)) known.add(name)
}

/** Names that the invocation put into the global scope; with `remove` they go with it. */
export function takeLeaked(remove) {
  const leaked = Reflect.ownKeys(globalThis).filter((name) => !known.has(name))
  for (const name of leaked) {
    if (!remove || !Reflect.deleteProperty(globalThis, name)) known.add(name)
  }
  return leaked.map(String)
}
