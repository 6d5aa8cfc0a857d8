// Finds the sentences that a source file says to others: every line of an SMTP reply, with its codes, and string literals of three words or
// more that are not for the log, a test of an invariant, a thrown bug or a description of a setting.

import { blankLiterals } from '../source.ts'

/** What stands before a text that nobody outside hears. */
const INSIDE = /(?:\blog\.\w+\(|\bassert\([^\n]*|new Error\(|\bsuper\(|\.describe\()\s*$/

/** `reply(550, '5.1.1', `, and the same with lines before this one. */
const REPLY = /\breply\(\s*(\d{3}),\s*(?:'([\d.]+)'|undefined),\s*(?:'[^']*',\s*)*$/

const WORDS_MIN = 3

/** What the program fills in is `…`. */
export function textsIn(source: string, options: { readonly repliesOnly?: boolean } = {}): string[] {
  const code = blankLiterals(source)
  const texts: string[] = []
  for (let at = 0; at < code.length; at++) {
    const quote = code[at]
    if (quote !== "'" && quote !== '`') continue
    const end = endOfLiteral(code, at)
    const text = unescaped(source.slice(at + 1, end), code.slice(at + 1, end))
    const before = source.slice(Math.max(0, at - LOOK_BACK), at)
    const reply = REPLY.exec(before)
    if (reply) texts.push([reply[1], reply[2], text].filter((word) => word !== undefined).join(' '))
    else if (options.repliesOnly !== true && isSentence(text) && !INSIDE.test(before)) texts.push(text)
    at = end
  }
  return texts
}

const LOOK_BACK = 300

function isSentence(text: string): boolean {
  return text.split(/\s+/).filter((word) => /[a-z]/i.test(word)).length >= WORDS_MIN
}

/** The index of the closing quote. Inside `${…}` stands code, which may hold literals of its own. */
function endOfLiteral(code: string, start: number): number {
  const quote = code[start]
  let at = start + 1
  while (at < code.length && code[at] !== quote)
    at = quote === '`' && code.startsWith('${', at) ? endOfHole(code, at + 2) : at + 1
  return at
}

/** After the brace that closes a `${`. */
function endOfHole(code: string, start: number): number {
  let depth = 1
  let at = start
  for (; at < code.length && depth > 0; at++) {
    const char = code[at]
    if (char === '{') depth++
    else if (char === '}') depth--
    else if (char === '`' || char === "'") at = endOfLiteral(code, at)
  }
  return at
}

function unescaped(text: string, code: string): string {
  let out = ''
  for (let at = 0; at < text.length; ) {
    if (code.startsWith('${', at)) {
      out += '…'
      at = endOfHole(code, at + 2)
    } else if (text[at] === '\\') {
      out += text[at + 1] === 'n' ? ' ' : (text[at + 1] ?? '')
      at += 2
    } else {
      out += text[at]
      at++
    }
  }
  return out.trim()
}
