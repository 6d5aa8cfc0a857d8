// CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE.

import type { Command } from '../../../mail/protocol/imap/imap.ts'
import {
  answered,
  canonicalName,
  createMailboxProcedure,
  deleteMailbox,
  depthOf,
  listMailboxes,
  renameMailboxProcedure,
  setSubscribedProcedure,
} from '../../mailbox/mailbox.ts'
import { MAILBOX_DEPTH_MAX } from './limits.ts'
import { type Done, done } from './outcome.ts'
import { NO_SPECIAL_USE } from './refusals.ts'
import { accountOf, type Talk, troubled } from './talk.ts'

/** Those that can be asked for with CREATE (RFC 6154 §3); \All and \Flagged would be views, which there are none. */
const SPECIAL_USES: ReadonlyMap<string, string> = new Map(
  ['\\Archive', '\\Drafts', '\\Junk', '\\Sent', '\\Trash'].map((use) => [use.toLowerCase(), use]),
)

export async function createMailbox(talk: Talk, command: Command & { readonly name: 'CREATE' }): Promise<Done> {
  const { store, clock } = talk.context
  const { org, id: personId } = accountOf(talk)
  const name = canonicalName(command.mailbox)
  const use = await specialUseOf(talk, command.specialUse)
  if (use === 'refused') return NO_SPECIAL_USE
  const args = {
    org,
    personId,
    name,
    ids: freshIds(talk, name),
    now: clock.now(),
    ...(use === undefined ? {} : { specialUse: use }),
  }
  const made = answered(await store.call(createMailboxProcedure, args))
  return made.ok ? done('Created', { code: `MAILBOXID (${made.value.id})` }) : troubled(talk, made.error)
}

/** One use of one mailbox each. */
async function specialUseOf(talk: Talk, asked: readonly string[]): Promise<string | undefined | 'refused'> {
  const [first, ...more] = asked
  if (first === undefined) return undefined
  const use = SPECIAL_USES.get(first.toLowerCase())
  if (use === undefined || more.length > 0) return 'refused'
  const { org, id: personId } = accountOf(talk)
  const mailboxes = await listMailboxes(talk.context.store, { org, personId })
  return mailboxes.some(({ specialUse }) => specialUse === use) ? 'refused' : use
}

function freshIds({ context }: Talk, name: string): readonly string[] {
  return Array.from({ length: Math.min(depthOf(name), MAILBOX_DEPTH_MAX) }, () => context.ids.next())
}

export async function removeMailbox(talk: Talk, { mailbox }: Command & { readonly mailbox: string }): Promise<Done> {
  const { store, clock, ids } = talk.context
  const { org, id: personId } = accountOf(talk)
  const args = { org, personId, name: canonicalName(mailbox), id: ids.next(), now: clock.now() }
  const removed = await deleteMailbox(store, args)
  return removed.ok ? done('Deleted') : troubled(talk, removed.error)
}

export async function rename(talk: Talk, command: Command & { readonly name: 'RENAME' }): Promise<Done> {
  const { store, clock } = talk.context
  const { org, id: personId } = accountOf(talk)
  const to = canonicalName(command.newName)
  const args = { org, personId, from: canonicalName(command.mailbox), to, ids: freshIds(talk, to), now: clock.now() }
  const renamed = answered(await store.call(renameMailboxProcedure, args))
  return renamed.ok ? done('Renamed') : troubled(talk, renamed.error)
}

export async function subscribe(
  talk: Talk,
  { mailbox }: Command & { readonly mailbox: string },
  { subscribed }: { readonly subscribed: boolean },
): Promise<Done> {
  const { org, id: personId } = accountOf(talk)
  const args = { org, personId, name: canonicalName(mailbox), subscribed }
  const changed = answered(await talk.context.store.call(setSubscribedProcedure, args))
  return changed.ok ? done('Done') : troubled(talk, changed.error)
}
