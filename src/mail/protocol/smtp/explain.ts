// What an SMTP answer means, in plain words, and what to do about it. For people; no decision is made from it.

import { BASIC_CODES } from './explain-basic.ts'
import { ENHANCED_CODES } from './explain-enhanced.ts'
import { KNOWN_TEXTS } from './explain-texts.ts'

export interface Explanation {
  readonly meaning: string
  readonly advice: string
}

/** Text beyond this tells nothing new, and patterns need a bound. */
const TEXT_CHARACTERS_MAX = 2000

/**
 * The most particular knowledge wins: a known text, then the enhanced code, then the basic one. `code` 0: no answer came.
 *
 * explain(550, '5.1.1', 'user unknown').meaning → 'There is no mailbox with this address.'
 */
export function explain(code: number, enhanced?: string, text?: string): Explanation {
  if (code >= 200 && code < 400) return BASIC_CODES.get(code) ?? ACCEPTED
  const found = byText(code, enhanced, text) ?? byEnhanced(enhanced) ?? BASIC_CODES.get(code) ?? byClass(code)
  return isPassing(code, enhanced) ? { meaning: found.meaning, advice: `${RETRIED} ${found.advice}` } : found
}

function byText(code: number, enhanced: string | undefined, text: string | undefined): Explanation | undefined {
  if (text === undefined || text === '') return undefined
  const said = `${code} ${enhanced ?? ''} ${text.slice(0, TEXT_CHARACTERS_MAX).replace(/\s+/g, ' ')}`
  const passing = isPassing(code, enhanced)
  return KNOWN_TEXTS.find(
    ({ patterns, lasting }) => (lasting === undefined || lasting !== passing) && patterns.some((pattern) => pattern.test(said)),
  )
}

/** Temporary or permanent says the first digit; the rest means the same in both. */
function byEnhanced(enhanced: string | undefined): Explanation | undefined {
  const match = /^[245]\.(\d{1,3})\.(\d{1,3})$/.exec(enhanced ?? '')
  if (!match) return undefined
  return ENHANCED_CODES.get(`${match[1]}.${match[2]}`) ?? ENHANCED_CODES.get(`${match[1]}.0`)
}

function byClass(code: number): Explanation {
  if (code >= 500)
    return {
      meaning: 'The host refused for good, with a code of its own.',
      advice: 'Read its text; it is the only explanation there is.',
    }
  if (code >= 400)
    return { meaning: 'The host cannot do it now, with a code of its own.', advice: 'Read its text if it goes on for hours.' }
  return {
    meaning: 'No answer came from the host.',
    advice: 'Look at what was tried: the host may be down, or a firewall may be in the way.',
  }
}

function isPassing(code: number, enhanced: string | undefined): boolean {
  return code === 0 ? !enhanced?.startsWith('5') : code >= 400 && code < 500
}

const RETRIED = 'It is tried again by itself; nothing has to be done yet.'

const ACCEPTED: Explanation = { meaning: 'The host agreed.', advice: 'Nothing to do.' }
