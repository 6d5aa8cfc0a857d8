// The style of one file of code: what a formatter and a linter cannot know about this house.

import { lineAt, type Source } from '../source.ts'
import { type FoundFunction, functionsIn } from './functions.ts'
import { FILE_LINES_MAX, FUNCTION_LINES_MAX, RATCHET, TEST_FILE_LINES_MAX } from './limits.ts'
import type { Problem } from './problem.ts'

interface Ban {
  readonly pattern: RegExp
  /** Whether the pattern is sought in code alone, or also in comments and strings. */
  readonly within: 'code' | 'text'
  readonly what: string
  readonly instead: string
  readonly except?: (path: string) => boolean
}

const BANS: readonly Ban[] = [
  {
    // Written in two halves so that this file does not find itself.
    pattern: new RegExp(`\\b(?:TO${'DO'}|FIX${'ME'}|XX${'X'})\\b`, 'g'),
    within: 'text',
    what: 'a note to do something later',
    instead: 'do it, or write down in the README of the part what is not there',
  },
  {
    pattern: new RegExp(`@ts-${'(?:ignore|nocheck|expect-error)'}`, 'g'),
    within: 'text',
    what: 'switches the type checker off',
    instead: 'say what the type is',
    except: (path) => path.endsWith('.test.ts') || path.startsWith('tools/tidy'),
  },
  {
    pattern: /\bconsole\.(?:log|info|debug)\b/g,
    within: 'code',
    what: 'console.log',
    instead: 'take the Log port; only src/main, src/surface/cli, tools and bench print',
    except: (path) => /^(?:src\/main|src\/surface\/cli|tools|bench)\b/.test(path),
  },
  { pattern: /\b(?:it|test|describe|suite)\.only\b/g, within: 'code', what: 'runs this test alone', instead: 'remove .only' },
  {
    pattern: /\b(?:it|test|describe|suite)\.skip\b|\bskip:\s*true\b|\.skip\(\s*\)/g,
    within: 'code',
    what: 'skips a test without a reason',
    instead: "say why: { skip: 'the reason' }",
  },
]

const NAMELESS = /(?:^|[/-])(?:utils?|common|helpers?|managers?|misc)(?:[-/.]|$)/

export function judgeCode(source: Source): { problems: Problem[]; functions: FoundFunction[] } {
  const functions = functionsIn(source)
  return { problems: [...judgeBans(source), ...judgeShape(source), ...judgeSizes(source, functions)], functions }
}

function judgeBans(source: Source): Problem[] {
  return BANS.filter((ban) => !ban.except?.(source.path)).flatMap(({ pattern, within, what, instead }) =>
    [...source[within].matchAll(pattern)].map((match) => ({
      path: source.path,
      line: lineAt(source.text, match.index),
      what,
      instead,
    })),
  )
}

function judgeShape(source: Source): Problem[] {
  const problems: Problem[] = []
  if (!/^(?:#!.*\n)?(?:\/\/ |\/\*)/.test(source.text)) {
    problems.push({
      path: source.path,
      line: 1,
      what: 'the first line does not say what the file is',
      instead: 'begin with a comment',
    })
  }
  if (NAMELESS.test(source.path)) {
    problems.push({ path: source.path, line: 1, what: 'the name says nothing', instead: 'name it after what it does or holds' })
  }
  return problems
}

function judgeSizes(source: Source, functions: readonly FoundFunction[]): Problem[] {
  const lines = source.text.split('\n').length - 1
  const isTest = source.path.endsWith('.test.ts')
  const file = judgeSize(source.path, {
    path: source.path,
    line: 1,
    lines,
    max: isTest ? TEST_FILE_LINES_MAX : FILE_LINES_MAX,
    kind: 'the file',
  })
  const each = functions.map((found) =>
    judgeSize(`${source.path}#${found.name}`, { ...found, max: FUNCTION_LINES_MAX, kind: `function ${found.name}` }),
  )
  return [file, ...each].flatMap((problem) => (problem ? [problem] : []))
}

function judgeSize(
  key: string,
  size: { readonly path: string; readonly line: number; readonly lines: number; readonly max: number; readonly kind: string },
): Problem | undefined {
  const most = RATCHET.get(key)?.lines ?? size.max
  if (size.lines <= most) return undefined
  const { path, line, lines, kind } = size
  return { path, line, what: `${kind} has ${lines} lines, more than ${most}`, instead: 'part it where a name suggests itself' }
}
