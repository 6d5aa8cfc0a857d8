// Finds the functions of a file and their lengths, by braces. Groups of tests are not counted, the tests in them are.

import { lineAt, type Source } from '../source.ts'

export interface FoundFunction {
  readonly path: string
  readonly name: string
  readonly line: number
  readonly lines: number
}

const KEYWORDS: ReadonlySet<string> = new Set([
  'if',
  'for',
  'while',
  'switch',
  'catch',
  'with',
  'return',
  'function',
  'await',
  'super',
  'typeof',
])

export function functionsIn(source: Source): FoundFunction[] {
  const { code } = source
  const found: FoundFunction[] = []
  const add = (name: string, start: number, open: number) => {
    const line = lineAt(code, start)
    found.push({ path: source.path, name, line, lines: lineAt(code, closing(code, open)) - line + 1 })
  }
  for (const match of code.matchAll(/\bfunction\b\s*\*?\s*([\w$]*)\s*(?:<[^(]*>)?\(/g)) {
    const open = bodyAfter(code, match.index + match[0].length - 1)
    if (open !== undefined) add(match[1] || '(function)', match.index, open)
  }
  for (const match of code.matchAll(
    /^[ \t]+(?:(?:static|async|override|private|protected|public|get|set)\s+)*\*?\s*(#?[\w$]+)\s*\(/gm,
  )) {
    const open = KEYWORDS.has(match[1] as string) ? undefined : bodyAfter(code, match.index + match[0].length - 1)
    if (open !== undefined) add(match[1] as string, match.index, open)
  }
  for (const match of code.matchAll(/=>\s*\{/g)) {
    const lineStart = code.lastIndexOf('\n', match.index) + 1
    const head = code.slice(lineStart, match.index)
    const open = match.index + match[0].length - 1
    if (!isTestGroup(code, open)) add(arrowName(head), lineStart, open)
  }
  return found
}

/** `describe`, or a function of the project that wraps a set of tests: what is inside counts, the group does not. */
function isTestGroup(code: string, open: number): boolean {
  return /^\s*(?:test|it)\(/m.test(code.slice(open, closing(code, open)))
}

function arrowName(head: string): string {
  return /(?:const|let)\s+([\w$]+)/.exec(head)?.[1] ?? /^\s*(?:readonly\s+)?([\w$#]+)\s*[:=(]/.exec(head)?.[1] ?? '(arrow)'
}

/** The opening brace of the body, after the parameters that open at `paren` and a return type, if there is one. */
function bodyAfter(code: string, paren: number): number | undefined {
  let at = closing(code, paren) + 1
  at = skipSpace(code, at)
  if (code[at] === '{') return at
  if (code[at] !== ':') return undefined
  // A brace right after these belongs to the type; the first other one is the body.
  for (let before = ':'; at < code.length; at++) {
    const char = code[at] as string
    if (char === '{' && !/[:|&<,(=]/.test(before)) return at
    if (char === '{' || char === '(') at = closing(code, at)
    else if (char === '\n' && !/[:|&<,(=]/.test(before)) return undefined
    if (!/\s/.test(char)) before = code[at] as string
  }
  return undefined
}

function skipSpace(code: string, from: number): number {
  let at = from
  while (at < code.length && /\s/.test(code[at] as string)) at++
  return at
}

/** The offset of the bracket that closes the one at `open`. */
function closing(code: string, open: number): number {
  let depth = 0
  for (let at = open; at < code.length; at++) {
    const char = code[at]
    if (char === '(' || char === '{' || char === '[') depth++
    else if ((char === ')' || char === '}' || char === ']') && --depth === 0) return at
  }
  return code.length
}
