// Commands about messages but FETCH and the searches: STORE, COPY, MOVE, EXPUNGE.

import type { CommandBody } from './command.ts'
import type { Cursor } from './cursor.ts'
import { bareFlags, flagList } from './parse-flags.ts'
import { mailbox } from './parse-mailbox.ts'
import { sequenceSet } from './parse-set.ts'

export function store(options: { readonly byUid: boolean }): (c: Cursor) => CommandBody {
  return (c) => {
    c.space()
    const set = sequenceSet(c)
    c.space()
    const unchangedSince = c.peek() === '(' ? unchangedSinceModifier(c) : undefined
    const mode = c.take('+') ? 'add' : c.take('-') ? 'remove' : 'replace'
    c.expect('FLAGS')
    const silent = c.take('.SILENT')
    c.space()
    const flags = c.peek() === '(' ? flagList(c) : bareFlags(c)
    return { name: 'STORE', byUid: options.byUid, set, mode, silent, flags, unchangedSince }
  }
}

/** RFC 7162 §3.1.3 */
function unchangedSinceModifier(c: Cursor): number {
  if (!c.supports('CONDSTORE')) c.fail('STORE knows no modifiers')
  c.expect('(UNCHANGEDSINCE ')
  const modseq = c.bigNumber('the mod-sequence')
  c.expect(') ')
  return modseq
}

export function copy(name: 'COPY' | 'MOVE', options: { readonly byUid: boolean }): (c: Cursor) => CommandBody {
  return (c) => {
    c.space()
    const set = sequenceSet(c)
    c.space()
    return { name, byUid: options.byUid, set, mailbox: mailbox(c) }
  }
}

export function uidExpunge(c: Cursor): CommandBody {
  c.space()
  return { name: 'EXPUNGE', uids: sequenceSet(c) }
}
