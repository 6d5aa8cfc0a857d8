// GETQUOTA and GETQUOTAROOT (RFC 9208): one root, named '', for all mailboxes of a person.

import { type Command, writeQuota, writeQuotaRoots } from '../../../mail/protocol/imap/imap.ts'
import { findMailboxByName, usage } from '../../mailbox/mailbox.ts'
import { type Done, done } from './outcome.ts'
import { NO_MAILBOX, NO_QUOTA_ROOT } from './refusals.ts'
import { accountOf, type Talk } from './talk.ts'

/** STORAGE is counted in units of 1024 octets. */
const UNIT_OCTETS = 1024

export async function quota(talk: Talk, { root }: Command & { readonly name: 'GETQUOTA' }): Promise<Done> {
  if (root !== '' || talk.context.settings.quota === 0) return NO_QUOTA_ROOT
  await tellQuota(talk)
  return done('That is how much room there is')
}

export async function quotaRoot(talk: Talk, command: Command & { readonly mailbox: string }): Promise<Done> {
  const { core, context } = talk
  const { org, id: personId } = accountOf(talk)
  const mailbox = await findMailboxByName(context.store, { org, personId, name: command.mailbox })
  if (!mailbox) return NO_MAILBOX
  const limited = context.settings.quota > 0
  writeQuotaRoots(core.out, mailbox.name, limited ? [''] : [], core)
  if (limited) await tellQuota(talk)
  return done(limited ? 'That is how much room there is' : 'There is no bound')
}

async function tellQuota(talk: Talk): Promise<void> {
  const { org, id: personId } = accountOf(talk)
  const { sizeBytes } = await usage(talk.context.store, { org, personId })
  const limit = Math.floor(talk.context.settings.quota / UNIT_OCTETS)
  writeQuota(talk.core.out, '', [{ resource: 'STORAGE', usage: Math.ceil(sizeBytes / UNIT_OCTETS), limit }])
}

/** For what adds messages: the bound, if there is one. */
export function quotaOf({ context }: Talk): { readonly quotaBytes?: number } {
  return context.settings.quota > 0 ? { quotaBytes: context.settings.quota } : {}
}
