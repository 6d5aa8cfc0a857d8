// Who gets a message: an address of ours becomes people (through aliases), a foreign one stays as it is.

import { type Address, formatAddress, parseAddress } from '../../mail/message/message.ts'
import { ALIAS_DEPTH_MAX, ALIAS_EXPANDED_MAX, listDomains, listOrganisations } from '../../store/directory/directory.ts'
import type { SessionContext } from './context.ts'

/** A recipient on the way into the queue or a mailbox; not yet tied to a message. */
export interface ResolvedRecipient {
  readonly address: string
  readonly originalAddress?: string
  readonly destination: string
  readonly mailbox?: { readonly org: number; readonly id: string }
}

/** `foreign`: the domain is not ours. */
export type Resolution =
  | { readonly type: 'resolved'; readonly org: number | undefined; readonly recipients: readonly ResolvedRecipient[] }
  | { readonly type: 'unknown-user' }
  | { readonly type: 'alias-loop' }

/** `org` is that of the domain; undefined when the domain is not ours. */
export async function resolveRecipient(context: SessionContext, address: Address): Promise<Resolution> {
  const domain = await context.directory.findDomain(address.domain)
  const recipients: ResolvedRecipient[] = []
  const outcome = await collect(context, address, undefined, 0, recipients)
  return outcome ?? { type: 'resolved', org: domain?.org, recipients: withoutRepeats(recipients) }
}

type Trouble = { readonly type: 'unknown-user' } | { readonly type: 'alias-loop' }

async function collect(
  context: SessionContext,
  address: Address,
  original: string | undefined,
  depth: number,
  into: ResolvedRecipient[],
): Promise<Trouble | undefined> {
  const text = formatAddress(address)
  const origin = original === undefined || original === text ? {} : { originalAddress: original }
  if (depth > ALIAS_DEPTH_MAX || into.length >= ALIAS_EXPANDED_MAX) return { type: 'alias-loop' }
  if ((await context.directory.findDomain(address.domain)) === undefined) {
    into.push({ address: text, destination: address.domain, ...origin })
    return undefined
  }
  const found = await context.directory.findRecipient(text)
  if (found === undefined) return { type: 'unknown-user' }
  if (found.type === 'alias') return await collectTargets(context, found.targets, original ?? text, depth, into)
  const id = await context.mailboxes.of(found)
  into.push({
    address: text,
    destination: address.domain,
    ...origin,
    ...(id === undefined ? {} : { mailbox: { org: found.org, id } }),
  })
  return undefined
}

async function collectTargets(
  context: SessionContext,
  targets: readonly string[],
  original: string,
  depth: number,
  into: ResolvedRecipient[],
) {
  for (const target of targets) {
    const address = parseAddress(target)
    const trouble: Trouble | undefined = address.ok
      ? await collect(context, address.value, original, depth + 1, into)
      : { type: 'unknown-user' }
    // One bad target does not take the mail from the others; with none left the alias is as good as unknown.
    if (trouble?.type === 'alias-loop') return trouble
  }
  return into.length === 0 ? ({ type: 'unknown-user' } as const) : undefined
}

/** Two aliases may lead to the same person, who wants one copy. */
export function withoutRepeats(recipients: readonly ResolvedRecipient[]): ResolvedRecipient[] {
  const seen = new Map<string, ResolvedRecipient>()
  for (const recipient of recipients) {
    const key = recipient.mailbox ? `mailbox ${recipient.mailbox.id}` : recipient.address
    if (!seen.has(key)) seen.set(key, recipient)
  }
  return [...seen.values()]
}

/** `<Postmaster>` without a domain (RFC 5321 §4.5.1): of our own name if that is a domain of ours, else of the first domain there is. */
export async function bareRecipient(context: SessionContext, address: Address): Promise<Address> {
  if ((await context.directory.findDomain(address.domain)) !== undefined) return address
  for (const { id } of await listOrganisations(context.store)) {
    const [domain] = await listDomains(context.store, { org: id })
    if (domain) return { ...address, domain: domain.name }
  }
  return address
}

/** Whose queue a message goes into that a trusted machine sends from outside to outside: the first there is. */
export async function organisationOf(context: SessionContext): Promise<number> {
  return (await context.directory.firstOrganisation()) ?? 0
}
