/** The first letter of a name. */
export function initialOf(name: string): string {
  const [first = '?'] = name
  return first
}
