// What the server says when something is wrong, found in the source, and whether docs/errors.md has it:
// `node tools/bootstrap.cjs tool tools/errors.ts [--list]`.
// A text in the source and a row of the page stand for each other when they are equal; what the program fills in is written `…` in both.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ErrorCode } from '../src/surface/api/errors.ts'
import { EXIT_WORDS } from '../src/surface/cli/exit.ts'
import { textsIn } from './errors/texts.ts'

const ROOT = join(import.meta.dirname, '..')
const PAGE = 'docs/errors.md'

/** A chapter of the page, and where its texts come from. */
interface Chapter {
  /** Its heading in the page. */
  readonly heading: string
  readonly files: readonly string[]
  /** Only SMTP replies are said to others; absent: every sentence. */
  readonly repliesOnly?: boolean
}

export const CHAPTERS: readonly Chapter[] = [
  {
    heading: 'SMTP: answers of the session',
    files: ['replies', 'sign-in', 'smtp-session', 'submit'].map((name) => `src/journey/session/${name}.ts`),
    repliesOnly: true,
  },
  {
    heading: 'SMTP: answers of the protocol',
    files: ['command', 'parameters', 'path', 'replies', 'states'].map((name) => `src/mail/protocol/smtp/${name}.ts`),
  },
  {
    heading: 'IMAP',
    files: ['src/journey/access/imap/refusals.ts'],
  },
  {
    heading: 'POP3',
    files: [
      'src/journey/access/sign-in.ts',
      ...['command', 'server'].map((name) => `src/mail/protocol/pop3/${name}.ts`),
      ...['login', 'retrieve', 'session'].map((name) => `src/journey/access/pop3/${name}.ts`),
    ],
  },
  {
    heading: 'Starting',
    files: [
      ...['certificate', 'privileges', 'server', 'settings', 'store-file', 'up'].map((name) => `src/main/${name}.ts`),
      'src/store/database/lock.ts',
    ],
  },
]

export interface Difference {
  readonly chapter: string
  readonly text: string
  readonly what: 'not in the page' | 'no longer in the source'
}

export function differences(page: string): readonly Difference[] {
  const texts = CHAPTERS.flatMap((chapter) => {
    const said = new Set(chapter.files.flatMap((file) => textsOf(file, chapter)))
    return compare(chapter.heading, said, firstCells(page, chapter.heading))
  })
  const codes = new Set<string>(ErrorCode.options)
  const exits = new Set(EXIT_WORDS.map(([code]) => String(code)))
  return [
    ...texts,
    ...compare('The API', codes, firstCells(page, 'The API')),
    ...compare('Exit codes', exits, firstCells(page, 'Exit codes')),
    ...compare('Setting up', setupCodes(), firstCells(page, 'Setting up')),
  ]
}

function textsOf(file: string, { repliesOnly = false }: Chapter): string[] {
  return textsIn(readFileSync(join(ROOT, file), 'utf8'), { repliesOnly })
}

/** The exit codes of the script that sets the project up, from the list at its head. */
function setupCodes(): ReadonlySet<string> {
  const script = readFileSync(join(ROOT, 'tools/bootstrap.cjs'), 'utf8')
  const list = /Exit codes:([\s\S]*?)\n\/\/ Progress/.exec(script)?.[1] ?? ''
  return new Set([...list.matchAll(/\b\d\d\b/g)].map(([code]) => code))
}

function compare(chapter: string, source: ReadonlySet<string>, page: ReadonlySet<string>): Difference[] {
  return [
    ...[...source].filter((text) => !page.has(text)).map((text) => ({ chapter, text, what: 'not in the page' as const })),
    ...[...page].filter((text) => !source.has(text)).map((text) => ({ chapter, text, what: 'no longer in the source' as const })),
  ]
}

/** The first cells of all tables in a chapter, without the code marks. */
function firstCells(page: string, heading: string): ReadonlySet<string> {
  const chapter = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''
  const rows = chapter.split('\n').filter((line) => line.startsWith('| `'))
  return new Set(rows.map((row) => /^\| `((?:[^`\\]|\\.)*)`/.exec(row)?.[1]?.replaceAll('\\|', '|') ?? row))
}

function main(args: readonly string[]): number {
  if (args.includes('--list'))
    for (const chapter of CHAPTERS)
      for (const file of chapter.files)
        for (const text of textsOf(file, chapter)) console.log(`${chapter.heading}\t${file}\t${text}`)
  const found = differences(readFileSync(join(ROOT, PAGE), 'utf8'))
  for (const { chapter, text, what } of found) console.error(`${PAGE}: ${chapter}: ${what}: ${text}`)
  return found.length === 0 ? 0 : 1
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2))
