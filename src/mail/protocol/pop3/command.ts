// A line read as a command: keyword, rule, arguments.

import { COMMAND_OCTETS_MAX } from './limits.ts'
import { COMMANDS, type CommandRule } from './states.ts'

export interface Command {
  readonly rule: CommandRule
  /** All that follows the first space, as it came. */
  readonly rest: string
  /** The same cut at spaces; one more or less, or some at the end, is no fault. */
  readonly words: readonly string[]
}

/** The command, or the text that says why the line is none. */
export function parseCommand(line: Uint8Array): Command | string {
  const text = decodeUtf8(line)
  if (text === undefined || hasControl(text)) return 'A command is one line of UTF-8 text without control characters'
  const space = text.indexOf(' ')
  const keyword = (space < 0 ? text : text.slice(0, space)).toUpperCase()
  const rest = space < 0 ? '' : text.slice(space + 1)
  const rule = COMMANDS.get(keyword)
  if (!rule) return 'Unknown command'
  if (rule.verb !== 'AUTH' && line.length + 2 > COMMAND_OCTETS_MAX)
    return `A command may have ${COMMAND_OCTETS_MAX} octets at most`
  const words = rest.split(' ').filter((word) => word !== '')
  return fits(rule, words.length) ? { rule, rest, words } : wrongArguments(rule)
}

function fits(rule: CommandRule, count: number): boolean {
  return rule.arguments === 'rest' || (count >= rule.arguments[0] && count <= rule.arguments[1])
}

function wrongArguments({ verb, arguments: rule }: CommandRule): string {
  if (rule === 'rest') return `${verb} wants an argument`
  const [least, most] = rule
  if (most === 0) return `${verb} takes no argument`
  const number = least === most ? `${least}` : `at most ${most}`
  return `${verb} wants ${number} argument${most === 1 ? '' : 's'}`
}

/** A whole number as POP3 writes one. */
export function parseNumber(word: string | undefined): number | undefined {
  return word !== undefined && /^[0-9]{1,10}$/.test(word) ? Number(word) : undefined
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes)
  } catch {
    return undefined
  }
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code === 0x7f) return true
  }
  return false
}
