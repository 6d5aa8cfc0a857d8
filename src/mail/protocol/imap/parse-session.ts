// Commands about the session itself: who is there, and what they speak.

import { decodeResponseLine } from '../sasl/sasl.ts'
import { ENABLEABLE } from './capabilities.ts'
import type { CommandBody, Extension } from './command.ts'
import type { Cursor } from './cursor.ts'
import { decodeUtf8 } from './encoding.ts'
import { ENABLE_WORDS_MAX, ID_FIELDS_MAX } from './limits.ts'

/** Tolerance `login-bare-word`: people at a terminal type passwords as they are, and an atom may not have `%` or `*`. */
const BARE_WORD = /[^\x00-\x20"{][^\x00-\x20]*/y
const BASE64_WORD = /[A-Za-z0-9+/=]+/y

/** Tolerance `login-utf8-quoted`: mail programs send names and passwords in quotes, whatever letters they have. */
export function login(c: Cursor): CommandBody {
  c.eightBit = true
  c.space()
  const user = credential(c, 'a name')
  c.space()
  return { name: 'LOGIN', user, password: credential(c, 'a password') }
}

/** UTF-8, else Latin-1: a password need not be text that we understand. */
function credential(c: Cursor, what: string): string {
  const next = c.peek()
  const octets = next === '"' || next === '{' ? c.string(what) : word(c, BARE_WORD, what)
  return decodeUtf8(octets) ?? octets
}

function word(c: Cursor, pattern: RegExp, what: string): string {
  pattern.lastIndex = c.at
  const match = c.failed ? null : pattern.exec(c.text)
  if (match === null) return c.fail(`${what} is missing`) ?? ''
  c.at = pattern.lastIndex
  return match[0]
}

export function authenticate(c: Cursor): CommandBody {
  c.space()
  const mechanism = c.keyword('the name of a mechanism')
  const { offer } = c.context
  if (!offer.mechanisms.includes(mechanism)) c.refuse('CANNOT', 'That mechanism is not offered; CAPABILITY lists those that are')
  let initial: Uint8Array | undefined
  if (!c.atEnd && c.take(' ')) {
    const response = decodeResponseLine(word(c, BASE64_WORD, 'the initial response'))
    if (response.type === 'response') initial = response.bytes
    else c.fail('the initial response is no base64')
  }
  return { name: 'AUTHENTICATE', mechanism, initial }
}

export function enable(c: Cursor): CommandBody {
  const extensions = new Set<Extension>()
  let count = 0
  c.space()
  do {
    const known = ENABLEABLE.get(c.keyword('the name of an extension'))
    if (known !== undefined && c.supports(known.needs)) extensions.add(known.extension)
    if (++count > ENABLE_WORDS_MAX) c.fail(`too many extensions: ${ENABLE_WORDS_MAX} at most`)
  } while (!c.atEnd && c.take(' '))
  return { name: 'ENABLE', extensions: [...extensions] }
}

export function id(c: Cursor): CommandBody {
  c.eightBit = true
  c.space()
  if (c.peek() !== '(') {
    c.expect('NIL')
    return { name: 'ID', fields: undefined }
  }
  const fields = new Map<string, string | undefined>()
  const read = (): void => {
    const field = c.string('the name of a field').toLowerCase()
    c.space()
    const value = c.nstring('its value, or NIL')
    fields.set(field, value === undefined ? undefined : (decodeUtf8(value) ?? value))
  }
  c.list(read, { atLeast: 0, atMost: ID_FIELDS_MAX, what: 'fields' })
  return { name: 'ID', fields }
}

export function compress(c: Cursor): CommandBody {
  c.space()
  if (c.keyword('the name of a method') !== 'DEFLATE') c.fail('DEFLATE is the one method there is')
  return { name: 'COMPRESS' }
}
