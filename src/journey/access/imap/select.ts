// SELECT, EXAMINE, CLOSE, UNSELECT: a mailbox is opened for a session, and let go.

import {
  FLAG,
  type QresyncParameter,
  type SelectCommand,
  writeExists,
  writeList,
  writeRecent,
  writeVanished,
} from '../../../mail/protocol/imap/imap.ts'
import {
  expungeMessages,
  findMailboxByName,
  type Mailbox,
  type MailboxImage,
  takeRecentProcedure,
} from '../../mailbox/mailbox.ts'
import { type Done, done, type Outcome } from './outcome.ts'
import { NO_MAILBOX } from './refusals.ts'
import { accountOf, enableCondstore, type Talk, troubled, viewOf } from './talk.ts'
import { vanishedSince } from './vanished.ts'
import { View } from './view.ts'
import { attributesOf, writeChange, writeFlagNames } from './write.ts'

/** The image goes back to the others who look at it. */
export function closeView(talk: Talk): void {
  if (!talk.selected) return
  talk.context.images.release(talk.selected.image)
  talk.selected = undefined
}

export async function select(talk: Talk, command: SelectCommand): Promise<Done> {
  const { context, core } = talk
  letGo(talk)
  const { org, id: personId } = accountOf(talk)
  const mailbox = await findMailboxByName(context.store, { org, personId, name: command.mailbox })
  if (!mailbox?.selectable) return REFUSED
  const image = await context.images.open({ org, mailboxId: mailbox.id })
  if (!image) return REFUSED
  const readOnly = command.name === 'EXAMINE'
  try {
    if (command.condstore || command.qresync) enableCondstore(talk)
    const view = new View(image, { readOnly, recent: await recentFor(talk, image.mailbox, { readOnly }) })
    talk.selected = view
    describe(talk, view, command.mailbox)
    if (command.qresync) await resynchronise(talk, view, command.qresync)
  } catch (error) {
    talk.selected = undefined
    context.images.release(image)
    throw error
  }
  core.selected({ readOnly })
  return done('Opened', { code: readOnly ? 'READ-ONLY' : 'READ-WRITE', tell: 'nothing' })
}

const REFUSED: Outcome = { ...NO_MAILBOX, tell: 'nothing' }

/** Also of a SELECT that fails: what was open is closed (RFC 9051 §6.3.2), and nothing more is told of it (RFC 7162 §3.2.11). */
function letGo(talk: Talk): void {
  if (!talk.selected) return
  closeView(talk)
  talk.core.unselected()
  if (talk.core.isEnabled('QRESYNC') || talk.core.isEnabled('IMAP4REV2'))
    talk.core.untagged('OK [CLOSED] The mailbox that was open is closed')
}

/** Exactly one session is told that a message is recent (RFC 3501 §2.3.2); one that only looks does not take it from the others. */
async function recentFor(
  { context, core }: Talk,
  mailbox: Mailbox,
  { readOnly }: { readonly readOnly: boolean },
): Promise<View['recent']> {
  const { org, id: mailboxId, recentUid, uidNext } = mailbox
  if (core.isEnabled('IMAP4REV2') || recentUid >= uidNext) return { fromUid: 0, toUid: 0 }
  if (readOnly) return { fromUid: recentUid, toUid: uidNext }
  const taken = await context.store.call(takeRecentProcedure, { org, mailboxId })
  return taken.ok ? taken.value : { fromUid: 0, toUid: 0 }
}

function describe({ core }: Talk, view: View, name: string): void {
  const { image, count } = view
  const isRev2 = core.isEnabled('IMAP4REV2')
  writeFlagNames(core, view)
  writeExists(core.out, count)
  if (!isRev2) {
    writeRecent(core.out, view.recentCount)
    const unseen = firstUnseen(image, count)
    if (unseen > 0) core.untagged(`OK [UNSEEN ${unseen}] The first that was not read`)
  }
  core.untagged(`OK [UIDVALIDITY ${image.mailbox.uidValidity}] UIDs hold as long as this does`)
  core.untagged(`OK [UIDNEXT ${image.uidNext}] What comes next has this UID`)
  core.untagged(`OK [HIGHESTMODSEQ ${view.toldModseq}] All changes so far`)
  core.untagged(`OK [MAILBOXID (${image.mailbox.id})] It keeps this however it is called`)
  const line = { name: 'LIST', attributes: attributesOf(image.mailbox), mailbox: name } as const
  if (isRev2) writeList(core.out, line, core)
}

/** Its number; 0 when all were read. */
function firstUnseen(image: MailboxImage, count: number): number {
  for (let index = 0; index < count; index++) if ((image.flagsAt(index) & FLAG.seen) === 0) return index + 1
  return 0
}

/** RFC 7162 §3.2.5: what a client that was here before has missed. */
async function resynchronise(talk: Talk, view: View, known: QresyncParameter): Promise<void> {
  const { core } = talk
  const { image } = view
  if (known.uidValidity !== image.mailbox.uidValidity) return
  writeVanished(core.out, await vanishedSince(view, known), { earlier: true })
  for (let position = 0; position < view.count; position++) {
    const index = view.imageIndex(position)
    if (index === -1 || image.modseqAt(index) <= known.modseq) continue
    const uid = view.uidAt(position)
    if (known.knownUids && !known.knownUids.some(({ from, to }) => uid >= from && uid <= to)) continue
    writeChange(core, view, position, index)
    if (!(await talk.pause())) return
  }
}

export function unselect(talk: Talk): Outcome {
  closeView(talk)
  talk.core.unselected()
  return done('Closed', { tell: 'nothing' })
}

/** CLOSE also removes what is flagged as deleted, without a word of which (RFC 9051 §6.4.1). */
export async function close(talk: Talk): Promise<Done> {
  const view = viewOf(talk)
  const { org, id: mailboxId } = view.image.mailbox
  const { context, core } = talk
  if (view.readOnly) return unselect(talk)
  const removed = await expungeMessages(context.store, { org, mailboxId, now: context.clock.now() })
  const outcome = unselect(talk)
  if (!removed.ok) {
    // The mailbox is closed all the same; what stays is flagged, and goes another time.
    const { text } = troubled(talk, removed.error)
    return { ...outcome, text: `Closed, but nothing was removed: ${text}` }
  }
  const { uids, modseq } = removed.value
  return uids.length > 0 && core.isEnabled('CONDSTORE') ? { ...outcome, code: `HIGHESTMODSEQ ${modseq}` } : outcome
}
