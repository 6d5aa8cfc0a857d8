// APPEND and REPLACE up to the literal that is the message, and what may come between one message and the next.

import type { AppendTarget } from './command.ts'
import type { Cursor } from './cursor.ts'
import type { InternalDate } from './events.ts'
import { type FlagList, NO_FLAGS } from './flags.ts'
import { dateTime, flagList } from './parse-flags.ts'
import { mailbox } from './parse-mailbox.ts'
import { sequenceNumber } from './parse-set.ts'

/** What is said of a message before its octets. */
export interface AppendOptions {
  readonly flags: FlagList
  readonly internalDate: InternalDate | undefined
  /** `UTF8 (~{n}` was opened (RFC 6855 §4): `)` must follow the octets. */
  readonly utf8: boolean
}

/** Behind the name of the command. */
export function appendTarget(c: Cursor, tag: string): AppendTarget {
  c.space()
  return { tag, mailbox: mailbox(c), replaces: undefined }
}

export function replaceTarget(c: Cursor, tag: string, options: { readonly byUid: boolean }): AppendTarget {
  c.space()
  const number = sequenceNumber(c)
  c.space()
  return { tag, mailbox: mailbox(c), replaces: { number, byUid: options.byUid } }
}

/** And nothing behind it. */
const LAST_HEADER = /~?\{\d+\+?\}\r?\n$/y

/** Behind the mailbox, or behind the message before. Afterwards the cursor stands at the header of the literal. */
export function appendOptions(c: Cursor): AppendOptions {
  c.space()
  let flags = NO_FLAGS
  let internalDate: InternalDate | undefined
  if (c.peek() === '(') {
    flags = flagList(c)
    c.space()
  }
  if (c.peek() === '"') {
    internalDate = dateTime(c)
    c.space()
  }
  const utf8 = c.take('UTF8 (')
  LAST_HEADER.lastIndex = c.at
  if (!LAST_HEADER.test(c.text)) c.fail('the message comes as a literal, {count} and then its octets')
  if (utf8 && c.peek() !== '~') c.fail('UTF8 wants a literal of the form ~{count}')
  return { flags, internalDate, utf8 }
}
