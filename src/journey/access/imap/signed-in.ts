// Somebody has come in: counted against the limit of sessions, and given the mailboxes everybody has.

import { ensureStandardMailboxesProcedure, listMailboxes, STANDARD_MAILBOXES } from '../../mailbox/mailbox.ts'
import type { Account } from '../sign-in.ts'
import { done, type Outcome } from './outcome.ts'
import { tooManySessions } from './refusals.ts'
import type { Talk } from './talk.ts'

export async function signedIn(talk: Talk, account: Account): Promise<Outcome> {
  const { context, core } = talk
  const { sessionsOf, settings, log } = context
  const key = keyOf(account)
  const sessions = sessionsOf.get(key) ?? 0
  if (sessions >= settings.sessionsPerPerson) {
    log.info('too many IMAP sessions of one person', { address: account.address, sessions })
    return tooManySessions(sessions)
  }
  sessionsOf.set(key, sessions + 1)
  talk.account = account
  try {
    await ensureMailboxes(talk, account)
  } catch (error) {
    // Their mail is there nevertheless.
    log.warn('the standard mailboxes could not be looked for', { address: account.address, cause: String(error) })
  }
  core.authenticated()
  return done(`Welcome, ${account.address}`, { code: core.capabilityCode, tell: 'nothing' })
}

export function signedOut(talk: Talk): void {
  const { account } = talk
  if (!account) return
  talk.account = undefined
  const { sessionsOf } = talk.context
  const left = (sessionsOf.get(keyOf(account)) ?? 1) - 1
  if (left > 0) sessionsOf.set(keyOf(account), left)
  else sessionsOf.delete(keyOf(account))
}

function keyOf({ org, id }: Account): string {
  return `${org}/${id}`
}

/** A person without any mailbox, or with the inbox alone that a first message made, is given the others. */
async function ensureMailboxes({ context }: Talk, { org, id }: Account): Promise<void> {
  const { store, ids, clock, log } = context
  if ((await listMailboxes(store, { org, personId: id })).length > 1) return
  const fresh = STANDARD_MAILBOXES.map(() => ids.next())
  const made = await store.call(ensureStandardMailboxesProcedure, { org, personId: id, ids: fresh, now: clock.now() })
  if (!made.ok) log.warn('the standard mailboxes were not made', { detail: made.error.detail })
}
