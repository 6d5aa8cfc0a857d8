// Sizes as people write them in settings: "512KB", "50MB". Inside the program they are bytes; a KB has 1024 of them.

import { err, ok, type Result } from './result.ts'

const UNITS = new Map([
  ['B', 1],
  ['KB', 1024],
  ['MB', 1024 ** 2],
  ['GB', 1024 ** 3],
  ['TB', 1024 ** 4],
])

/** Bytes, or why the text is no size. */
export function parseSize(text: string): Result<number, string> {
  const match = /^(\d{1,9})\s*(B|KB|MB|GB|TB)$/i.exec(text.trim())
  const unit = UNITS.get(match?.[2]?.toUpperCase() ?? '')
  if (!match || unit === undefined)
    return err(`"${text}" is no size; write a whole number and a unit, such as 512KB, 50MB or 2GB`)
  return ok(Number(match[1]) * unit)
}

/** The largest unit that divides the size: 52428800 → "50MB". */
export function formatSize(bytes: number): string {
  for (const [unit, factor] of [...UNITS].reverse())
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`
  return `${bytes}B`
}
