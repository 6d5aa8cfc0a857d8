// Times and sizes as words: "in 4 m", "2 h ago", "14:05:09", "48 kB". Pure; times of day in the machine's own zone.

const STEPS: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
]

export function relative(at: number, now: number): string {
  const distance = Math.abs(at - now)
  const step = STEPS.find(([ms]) => distance >= ms)
  if (!step) return 'now'
  const amount = `${Math.floor(distance / step[0])} ${step[1]}`
  return at > now ? `in ${amount}` : `${amount} ago`
}

/** When the next attempt is: what is due waits for its turn, and a destination that rests is told as that. */
export function nextWords(
  { nextAttemptAt, restsUntil }: { readonly nextAttemptAt?: number | undefined; readonly restsUntil?: number | undefined },
  now: number,
): string {
  if (restsUntil !== undefined && restsUntil > now) return `rests until ${timeOfDay(restsUntil)}`
  return nextAttemptAt === undefined ? '-' : relative(Math.max(nextAttemptAt, now), now)
}

export function timeOfDay(at: number): string {
  const date = new Date(at)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':')
}

/** `2026-03-14`: sorts, and is read the same everywhere. */
export function dateOf(at: number): string {
  const date = new Date(at)
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, '0')).join('-')
}

export function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const [value, unit] =
    bytes < 1_000_000 ? [bytes / 1000, 'kB'] : bytes < 1_000_000_000 ? [bytes / 1_000_000, 'MB'] : [bytes / 1_000_000_000, 'GB']
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`
}
