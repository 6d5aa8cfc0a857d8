// The kinds of value a setting can have beyond zod's own: durations and sizes as people write them.

import { z } from 'zod'
import { parseDuration } from '../ground/durations.ts'
import { formatSize, parseSize } from '../ground/sizes.ts'

/** "5m" in the file, milliseconds in the program. */
export function duration(standard: string) {
  return written(standard, parseDuration)
}

/** "50MB" in the file, bytes in the program. */
export function size(standard: string) {
  return written(standard, parseSize)
}

function written(standard: string, parse: typeof parseDuration) {
  return z
    .string()
    .default(standard)
    .transform((text, context) => {
      const parsed = parse(text)
      if (parsed.ok) return parsed.value
      context.addIssue({ code: 'custom', message: parsed.error })
      return z.NEVER
    })
}

export { formatSize }
