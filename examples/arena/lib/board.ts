const LINES = [
  [0, 1, 2], [3, 4, 5], [6, 7, 8],
  [0, 3, 6], [1, 4, 7], [2, 5, 8],
  [0, 4, 8], [2, 4, 6],
]

/** The mark that has a line, `draw` for a full board without one, or null while the match goes on. */
export function outcome(cells: string): 'x' | 'o' | 'draw' | null {
  for (const [a, b, c] of LINES) {
    const mark = cells[a]
    if (mark !== '.' && mark === cells[b] && mark === cells[c]) return mark as 'x' | 'o'
  }
  return cells.includes('.') ? null : 'draw'
}
