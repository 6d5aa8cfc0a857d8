// What a known text is: how it is recognised, and what it means.

import type { Explanation } from './explain.ts'

export interface KnownText extends Explanation {
  /** For tests and statistics. */
  readonly id: string
  /** One of them has to match "code enhanced text" on one line. No nested repetition: the text is a stranger's. */
  readonly patterns: readonly RegExp[]
  /** Only when the answer is permanent (true) or temporary (false); undefined: both. */
  readonly lasting?: boolean
}

/** Several patterns where one would be too long to read. */
export function known(
  id: string,
  patterns: RegExp | readonly RegExp[],
  meaning: string,
  advice: string,
  lasting?: boolean,
): KnownText {
  return { id, patterns: [patterns].flat(), meaning, advice, ...(lasting === undefined ? {} : { lasting }) }
}
