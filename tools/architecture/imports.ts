// Finds what a file imports: static, re-exported, dynamic, and files started as workers.

import { posix } from 'node:path'
import { lineAt, type Source } from '../source.ts'

export interface Import {
  readonly from: string
  readonly line: number
  /** As written. */
  readonly specifier: string
  /** For a relative import: the file it names, relative to the project. */
  readonly target?: string
  /** Whether only types are imported: it is gone when the program runs. */
  readonly typeOnly: boolean
  /** The names in braces, where there are any. */
  readonly names: readonly string[]
}

const PATTERNS: readonly RegExp[] = [
  /\bimport\s+(type\s+)?([\w$*{},\s]+?)\s*from\s*(?=['"])/g,
  /\bexport\s+(type\s+)?(\*(?:\s+as\s+[\w$]+)?|\{[\w$,\s]*\})\s*from\s*(?=['"])/g,
  /\bimport()()\s*(?=['"])/g,
  /\bimport()()\(\s*(?=['"])/g,
  /\bnew\s+URL()()\(\s*(?=['"])/g,
]

export function importsOf(source: Source): Import[] {
  const found: Import[] = []
  for (const pattern of PATTERNS) {
    for (const match of source.code.matchAll(pattern)) {
      const specifier = quotedAt(source.text, match.index + match[0].length)
      const isUrl = match[0].startsWith('new')
      if (isUrl && !/^\.{1,2}\/.*\.[cm]?ts$/.test(specifier)) continue
      found.push({
        from: source.path,
        line: lineAt(source.text, match.index),
        specifier,
        ...(specifier.startsWith('.') ? { target: posix.join(posix.dirname(source.path), specifier) } : {}),
        typeOnly: isTypeOnly(match[1], match[2] ?? ''),
        names: namesIn(match[2] ?? ''),
      })
    }
  }
  return found.sort((a, b) => a.line - b.line)
}

function quotedAt(text: string, at: number): string {
  const quote = text[at] as string
  return text.slice(at + 1, text.indexOf(quote, at + 1))
}

/** `import type …`, or `import { type A, type B }` (with verbatimModuleSyntax the module would still be loaded, but for no value). */
function isTypeOnly(keyword: string | undefined, clause: string): boolean {
  if (keyword !== undefined && keyword !== '') return true
  const braces = /^\{([^}]*)\}$/.exec(clause.trim())
  const items = (braces?.[1] ?? '').split(',').filter((item) => item.trim() !== '')
  return items.length > 0 && items.every((item) => /^\s*type\s/.test(item))
}

function namesIn(clause: string): string[] {
  const braces = /\{([^}]*)\}/.exec(clause)
  if (!braces) return []
  const items = (braces[1] ?? '').split(',').map((item) => item.trim())
  return items.filter((item) => item !== '').map((item) => item.replace(/^type\s+/, '').replace(/\s+as\s.*$/, ''))
}
