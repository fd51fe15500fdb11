/** The first letter of a name. */
export function initialOf(name: string): string {
  return name.slice(0, 1)
}
