// What a person may have meant who typed something unknown.

/** A word that differs from a known one by more letters than this is not a typing error of it. */
const TYPO_DISTANCE_MAX = 2

/** ` Did you mean "list"?`, or nothing. */
export function suggestion(said: string, known: readonly string[], prefix = ''): string {
  const near = known.map((word) => ({ word, distance: distance(said, word) })).sort((a, b) => a.distance - b.distance)[0]
  const bound = Math.min(TYPO_DISTANCE_MAX, Math.floor(said.length / 2))
  const match = near && near.distance <= bound ? near.word : known.find((word) => said.length >= 2 && word.startsWith(said))
  return match === undefined ? '' : ` Did you mean "${prefix}${match}"?`
}

/** Letters to insert, delete, replace or swap with their neighbour. */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i, ...Array.from({ length: b.length }, () => 0)])
  const at = (i: number, j: number): number => rows[i]?.[j] ?? j
  for (let j = 0; j <= b.length; j++) (rows[0] as number[])[j] = j
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity
      ;(rows[i] as number[])[j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, swapped)
    }
  }
  return at(a.length, b.length)
}
