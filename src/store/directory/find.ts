// Finding people and recipients.

import type { Store } from '../store.ts'
import { lookupAddresses, splitAddress } from './canonical.ts'
import {
  aliasList,
  aliasTargets,
  domainByName,
  domainList,
  firstPersonOfDomain,
  organisationList,
  personByAddress,
  personList,
} from './directory.store.ts'

export interface Person {
  readonly org: number
  readonly id: string
  /** Canonical. */
  readonly address: string
  readonly domain: string
  readonly name: string
  readonly disabled: boolean
}

/** Who gets the mail for an address of ours. */
export type FoundRecipient =
  | { readonly type: 'person'; readonly org: number; readonly personId: string; readonly address: string }
  | { readonly type: 'alias'; readonly org: number; readonly address: string; readonly targets: readonly string[] }

/** The organisation that a domain of ours belongs to; undefined for a domain that is not ours. */
export async function findDomain(store: Store, domain: string): Promise<{ readonly org: number } | undefined> {
  const row = await store.first(domainByName, { name: domain.toLowerCase() })
  return row && { org: row.org }
}

export async function isLocalDomain(store: Store, domain: string): Promise<boolean> {
  return (await findDomain(store, domain)) !== undefined
}

/**
 * The person or alias of an address: as written, else without its `+tag`; `postmaster` of a domain of ours is always somebody
 * (RFC 5321 §4.5.1).
 */
export async function findRecipient(store: Store, address: string): Promise<FoundRecipient | undefined> {
  const parts = splitAddress(address)
  if (!parts) return undefined
  for (const candidate of lookupAddresses(parts.localPart, parts.domain)) {
    const found = await findExactly(store, candidate)
    if (found) return found
  }
  return parts.localPart.toLowerCase() === 'postmaster' ? findPostmaster(store, parts.domain) : undefined
}

async function findExactly(store: Store, address: string): Promise<FoundRecipient | undefined> {
  const person = await store.first(personByAddress, { address })
  if (person) return { type: 'person', org: person.org, personId: person.id, address }
  const aliases = await store.all(aliasTargets, { address })
  const org = aliases[0]?.org
  return org === undefined ? undefined : { type: 'alias', org, address, targets: aliases.map((alias) => alias.target) }
}

/** The domain's first person, where nobody was named postmaster. */
async function findPostmaster(store: Store, domain: string): Promise<FoundRecipient | undefined> {
  const person = await store.first(firstPersonOfDomain, { domain })
  return person && { type: 'person', org: person.org, personId: person.id, address: person.address }
}

/** The person of exactly this address, for signing in and for the command line. */
export async function findPerson(store: Store, address: string): Promise<Person | undefined> {
  const parts = splitAddress(address)
  const candidate = parts && lookupAddresses(parts.localPart, parts.domain)[0]
  const row = candidate === undefined ? undefined : await store.first(personByAddress, { address: candidate })
  return row && toPerson(row)
}

export async function listOrganisations(store: Store) {
  return (await store.all(organisationList, {})).map((row) => ({ id: row.id, name: row.name, createdAt: row.created_at }))
}

export async function listDomains(store: Store, query: { readonly org: number }) {
  return (await store.all(domainList, { org: query.org })).map((row) => ({
    org: row.org,
    name: row.name,
    createdAt: row.created_at,
  }))
}

export async function listPeople(store: Store, query: { readonly org: number }): Promise<readonly Person[]> {
  return (await store.all(personList, { org: query.org })).map(toPerson)
}

export async function listAliases(store: Store, query: { readonly org: number }) {
  return (await store.all(aliasList, { org: query.org })).map((row) => ({ address: row.address, target: row.target }))
}

function toPerson(row: { org: number; id: string; address: string; domain: string; name: string; disabled: number }): Person {
  return { org: row.org, id: row.id, address: row.address, domain: row.domain, name: row.name, disabled: row.disabled !== 0 }
}
