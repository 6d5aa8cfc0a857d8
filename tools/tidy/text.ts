// The style of any text file: line ends, line lengths, words that do not belong, links that lead nowhere.

import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import { LINE_COLUMNS_MAX, SENTENCE_COLUMNS_MAX } from './limits.ts'
import type { Problem } from './problem.ts'

/** The project speaks of itself alone: nothing of whoever works on it, where, and with what. Halved so as not to find themselves. */
const FOREIGN_WORDS: readonly RegExp[] = [
  new RegExp(`\\bissue${' #'}\\d`, 'i'),
  new RegExp(`/wo${'rk'}/(?:main|shared)\\b`),
  new RegExp(`/tmp/${'(?:spike|blueprint)'}`),
  new RegExp(`\\bsub-?${'agent'}s?\\b`, 'i'),
  new RegExp(`\\b(?:cla${'ude'}|chat${'gpt'}|co${'pilot'})\\b`, 'i'),
]

const SENTENCE = /(['"`])(?:(?!\1).){60,}\1/

export function judgeText(root: string, path: string, text: string): Problem[] {
  const problems: Problem[] = []
  if (text.includes('\r\n')) problems.push({ path, line: 1, what: 'lines end with CRLF', instead: 'end them with LF' })
  if (text !== '' && !text.endsWith('\n'))
    problems.push({ path, line: 1, what: 'the last line does not end', instead: 'add a line feed' })
  text.split('\n').forEach((content, index) => {
    const line = index + 1
    if (content.length > columnsPermitted(content) && /\.[cm]?[jt]sx?$/.test(path)) {
      problems.push({ path, line, what: `the line has ${content.length} columns`, instead: `${LINE_COLUMNS_MAX} at most` })
    }
    for (const word of FOREIGN_WORDS) {
      const match = word.exec(content)
      if (match) problems.push({ path, line, what: `speaks of “${match[0]}”`, instead: 'the project speaks only of itself' })
    }
    if (path.endsWith('.md')) problems.push(...judgeLinks(root, path, line, content))
  })
  return problems
}

/** A sentence in quotes is not broken to fit: it is searched for as a whole. */
function columnsPermitted(line: string): number {
  return SENTENCE.test(line) ? SENTENCE_COLUMNS_MAX : LINE_COLUMNS_MAX
}

function judgeLinks(root: string, path: string, line: number, content: string): Problem[] {
  const prose = content.replace(/`[^`]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g)].flatMap((match) => {
    const link = match[1] as string
    if (/^(?:[a-z]+:|\/\/)/i.test(link)) return []
    const target = link.startsWith('/') ? link : posix.join(posix.dirname(path), link)
    if (existsSync(join(root, decodeURI(target)))) return []
    return [{ path, line, what: `links to ${link}, which is not there`, instead: 'mend the link' }]
  })
}
