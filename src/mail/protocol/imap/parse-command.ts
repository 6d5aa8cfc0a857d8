// A command as text becomes a command as a value, or the answer that says what is wrong with it.

import type { AppendTarget, Command } from './command.ts'
import { COMMANDS, type Rule } from './commands.ts'
import { Cursor, type ParseContext, type Problem } from './cursor.ts'
import { type AppendOptions, appendOptions, appendTarget, replaceTarget } from './parse-append.ts'

/** `tag`: undefined where none can be read; the answer is then untagged. */
export type Parsed =
  | { readonly type: 'command'; readonly command: Command }
  | { readonly type: 'core'; readonly tag: string; readonly name: 'CAPABILITY' | 'LOGOUT' }
  | { readonly type: 'append'; readonly target: AppendTarget; readonly options: AppendOptions }
  | { readonly type: 'problem'; readonly tag: string | undefined; readonly problem: Problem }

/** RFC 3501 §9 `tag`: what an astring may have, but `+`. */
const TAG = /^[^\x00-\x20\x7f-\xff(){%*"\\+]{1,255}(?= |$)/
const NAME = / ([A-Za-z]+)(?= |$)/y

/** `partial`: the text ends behind the header of a literal that is not here yet. */
export function parseCommand(text: string, context: ParseContext, options: { readonly partial: boolean }): Parsed {
  const tag = tagOf(text)
  if (tag === undefined) return problem(undefined, 'a command begins with a tag, a space and the name of the command')
  const name = nameAt(text, tag.length)
  const rule = COMMANDS.get(name.text)
  if (rule === undefined || !isKnown(rule, context)) return problem(tag, 'Unknown command; CAPABILITY lists what is offered')
  const obstacle = obstacleOf(name.text, rule, context)
  if (obstacle !== undefined) return { type: 'problem', tag, problem: obstacle }
  const cursor = new Cursor(text, context, { at: name.end, partial: options.partial })
  const parsed = readRule(cursor, { tag, name: name.text, rule })
  const { problem: found } = cursor
  if (found === undefined) return parsed
  if (found.type === 'answer' && found.status === 'BAD') return problem(tag, `${name.text}: ${found.text}`)
  return { type: 'problem', tag, problem: found }
}

/** What a command begins with, if it can be read. */
export function tagOf(text: string): string | undefined {
  return TAG.exec(text)?.[0]
}

interface Named {
  readonly tag: string
  readonly name: string
  readonly rule: Rule
}

function readRule(c: Cursor, { tag, name, rule }: Named): Parsed {
  if (rule.read === 'append') {
    const target = name === 'APPEND' ? appendTarget(c, tag) : replaceTarget(c, tag, { byUid: name.startsWith('UID') })
    return { type: 'append', target, options: appendOptions(c) }
  }
  if (rule.read === 'core') {
    c.end()
    return { type: 'core', tag, name: name === 'LOGOUT' ? 'LOGOUT' : 'CAPABILITY' }
  }
  const body = rule.read(c)
  c.end()
  return { type: 'command', command: { tag, ...body } }
}

/** In capitals; of `UID FETCH` both words. */
function nameAt(text: string, at: number): { readonly text: string; readonly end: number } {
  const first = wordAt(text, at)
  if (first.toUpperCase() !== 'UID') return { text: first.toUpperCase(), end: at + 1 + first.length }
  const second = wordAt(text, at + 4)
  return { text: `UID ${second.toUpperCase()}`, end: at + 5 + second.length }
}

function wordAt(text: string, at: number): string {
  NAME.lastIndex = at
  return NAME.exec(text)?.[1] ?? ''
}

function isKnown(rule: Rule, { offer }: ParseContext): boolean {
  return rule.needs === undefined || rule.needs.some((capability) => offer.supported.has(capability))
}

/** Why it may not come now. */
function obstacleOf(name: string, rule: Rule, { state, offer, readOnly }: ParseContext): Problem | undefined {
  if (!rule.states.includes(state)) return { type: 'answer', status: 'BAD', text: outOfPlace(rule, state) }
  // Refused here already, before the password is sent.
  if ((name === 'LOGIN' || name === 'AUTHENTICATE') && !offer.passwords) {
    const text = 'The password would travel in clear. Choose SSL/TLS (port 993) or STARTTLS in the settings of your mail program'
    return { type: 'answer', status: 'NO', code: 'PRIVACYREQUIRED', text }
  }
  if (name === 'STARTTLS' && !offer.startTls)
    return { type: 'answer', status: 'BAD', text: 'STARTTLS is not offered on this connection' }
  if (rule.writes && readOnly) return { type: 'answer', status: 'NO', text: 'The mailbox was opened to be read only' }
  return undefined
}

function outOfPlace(rule: Rule, state: ParseContext['state']): string {
  if (state === 'not-authenticated') return 'Log in first'
  return rule.states.includes('selected') ? 'SELECT a mailbox first' : 'Not after the login'
}

function problem(tag: string | undefined, text: string): Parsed {
  return { type: 'problem', tag, problem: { type: 'answer', status: 'BAD', text } }
}
