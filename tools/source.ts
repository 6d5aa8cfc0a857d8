// Reads TypeScript files as text with comments and literals blanked out, so that the tools' patterns meet code and nothing else.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Source {
  /** Relative to the project, with forward slashes. */
  readonly path: string
  readonly text: string
  /** Same length and lines as `text`; contents of comments, strings, templates and regular expressions are spaces (quotes stay). */
  readonly code: string
}

const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(['node_modules', '.git', '.cache', 'data', 'coverage', 'dist', 'results'])

/** Paths of all files under `folder` (relative to `root`), in a stable order. A folder that does not exist has none. */
export function filesUnder(root: string, folder: string): string[] {
  const found: string[] = []
  const entries = entriesOf(join(root, folder))
  for (const entry of entries) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) {
      if (!SKIPPED_FOLDERS.has(entry.name)) found.push(...filesUnder(root, path))
    } else if (entry.isFile()) found.push(path)
  }
  return found
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

export function readSource(root: string, path: string): Source {
  const text = readFileSync(join(root, path), 'utf8')
  return { path, text, code: blankLiterals(text) }
}

/** The line (from 1) of an offset in the text. */
export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

/** Replaces what stands inside comments and literals by spaces; line breaks and all offsets stay. */
export function blankLiterals(text: string): string {
  const out = text.split('')
  const blank = (from: number, to: number) => {
    for (let i = from; i < to; i++) if (out[i] !== '\n' && out[i] !== '\r') out[i] = ' '
  }
  /** For each open template: how many braces are open inside its current `${…}`. */
  const templates: number[] = []
  let at = 0
  while (at < text.length) {
    const char = text[at] as string
    const end = endOfLiteral(text, at)
    if (end !== undefined) {
      const quoted = char === "'" || char === '"'
      blank(quoted ? at + 1 : at, quoted ? end - 1 : end)
      at = end
    } else if (char === '`' || (char === '}' && templates.at(-1) === 0)) {
      if (char === '}') templates.pop()
      const chunk = endOfTemplateChunk(text, at + 1)
      blank(at + 1, chunk.end)
      if (chunk.opens) templates.push(0)
      at = chunk.end + (chunk.opens ? 2 : 1)
    } else {
      if (templates.length > 0 && char === '{') templates.push((templates.pop() ?? 0) + 1)
      if (templates.length > 0 && char === '}') templates.push((templates.pop() ?? 0) - 1)
      at++
    }
  }
  return out.join('')
}

/** The end of the comment, string or regular expression that begins at `at`, if one does. */
function endOfLiteral(text: string, at: number): number | undefined {
  const char = text[at]
  const next = text[at + 1]
  if (char === '/' && next === '/') return endOf(text, '\n', at)
  if (char === '/' && next === '*') return Math.min(text.length, endOf(text, '*/', at + 2) + 2)
  if (char === "'" || char === '"') return endOfQuoted(text, at, char)
  if (char === '/' && startsRegExp(text, at)) return endOfRegExp(text, at)
  return undefined
}

function endOf(text: string, what: string, from: number): number {
  const found = text.indexOf(what, from)
  return found === -1 ? text.length : found
}

function endOfQuoted(text: string, at: number, quote: string): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === quote || text[i] === '\n') return i + 1
  }
  return text.length
}

function endOfTemplateChunk(text: string, from: number): { end: number; opens: boolean } {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '`') return { end: i, opens: false }
    else if (text[i] === '$' && text[i + 1] === '{') return { end: i, opens: true }
  }
  return { end: text.length, opens: false }
}

/** A slash divides after a value and begins a regular expression everywhere else. */
function startsRegExp(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 40), at).trimEnd()
  if (before === '') return true
  if (/(?:^|[^\w$.])(?:return|typeof|case|in|of|await|yield|do|else)$/.test(before)) return true
  return /[(,=:[!&|?{};+\-*%~^<>]$/.test(before)
}

function endOfRegExp(text: string, at: number): number | undefined {
  let inClass = false
  for (let i = at + 1; i < text.length; i++) {
    const char = text[i]
    if (char === '\n') return undefined
    if (char === '\\') i++
    else if (char === '[') inClass = true
    else if (char === ']') inClass = false
    else if (char === '/' && !inClass) return i + 1
  }
  return undefined
}
