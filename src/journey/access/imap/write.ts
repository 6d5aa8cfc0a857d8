// Pieces of responses that several commands write.

import { FetchWriter, FLAG, type ImapServer, writeFlags } from '../../../mail/protocol/imap/imap.ts'
import type { Mailbox } from '../../mailbox/mailbox.ts'
import type { View } from './view.ts'

/** In the order in which clients are used to them. */
const SYSTEM_FLAGS = '\\Answered \\Flagged \\Deleted \\Seen \\Draft'

/** Bits of a message as this session sees it: those that are kept, and whether it is recent. */
export function bitsOf(core: ImapServer, view: View, uid: number, kept: number): number {
  return view.isRecent(uid) && !core.isEnabled('IMAP4REV2') ? kept | FLAG.recent : kept
}

/** `* n FETCH (UID u FLAGS (…) MODSEQ (m))`: what changed, or was asked to be changed. */
export function writeChange(core: ImapServer, view: View, position: number, index: number): void {
  const { image } = view
  const uid = view.uidAt(position)
  const line = new FetchWriter(core.out).begin(position + 1).uid(uid)
  line.flags(bitsOf(core, view, uid, image.flagsAt(index)), image.keywordsAt(index))
  if (core.isEnabled('CONDSTORE')) line.modseq(image.modseqAt(index))
  line.end()
}

/** FLAGS and PERMANENTFLAGS: at SELECT, and when a keyword is new (RFC 9051 §7.3.5). */
export function writeFlagNames(core: ImapServer, view: View): void {
  const names = [SYSTEM_FLAGS, ...view.image.keywords()].join(' ')
  writeFlags(core.out, `(${names})`)
  if (view.readOnly) core.untagged('OK [PERMANENTFLAGS ()] Nothing can be changed')
  else core.untagged(`OK [PERMANENTFLAGS (${names} \\*)] Flags that are kept`)
}

/** Those that do not depend on other mailboxes. */
export function attributesOf({ selectable, specialUse, subscribed }: Mailbox, { hasChildren = false } = {}): string[] {
  const attributes = []
  if (!selectable) attributes.push(hasChildren || !subscribed ? '\\Noselect' : '\\NonExistent')
  if (specialUse !== null) attributes.push(specialUse)
  return attributes
}
