// The operations about domains and people, on the store itself.

import { ok } from '../../ground/result.ts'
import { findInbox } from '../../journey/mailbox/mailbox.ts'
import { domainToAscii, parseAddress } from '../../mail/message/message.ts'
import {
  addDomainProcedure, type DirectoryError, directoryErrorText, findPerson, listDomains, listPeople, PASSWORD_OCTETS_MAX, type Person,
  removeDomainProcedure, setPasswordProcedure,
} from '../../store/directory/directory.ts'
import type { Domain, Done, PasswordWasSet, User, UserAdd, UserAdded } from './contract.ts'
import { type OperationsContext, storeFailure } from './direct.ts'
import { type ErrorCode, failure } from './errors.ts'
import { MAILBOX_PAGES_MAX, MADE_PASSWORD_BYTES } from './limits.ts'
import type { Answer, Operations } from './operations.ts'
import { addUserProcedure, removeUserProcedure } from './people.ts'

type DirectoryOperations = Pick<Operations, 'listDomains' | 'addDomain' | 'removeDomain' | 'listUsers' | 'addUser' | 'setPassword' | 'removeUser'>

export function directoryOperations(context: OperationsContext): DirectoryOperations {
  return {
    listDomains: () => domains(context),
    addDomain: (name) => addDomain(context, name),
    removeDomain: (name) => removeDomain(context, name),
    listUsers: (domain) => users(context, domain),
    addUser: (user) => addUser(context, user),
    setPassword: (address, password) => setPassword(context, address, password),
    removeUser: (address) => removeUser(context, address),
  }
}

const ERRORS: Readonly<Record<DirectoryError, readonly [code: ErrorCode, next: string]>> = {
  'no-organisation': ['not-found', 'Start the server once: it makes the organisation.'],
  'no-domain': ['not-found', '"posthorn domain list" shows the domains, "posthorn domain add" adds one.'],
  'no-person': ['not-found', '"posthorn user list" shows the people.'],
  'no-alias': ['not-found', 'Check the address.'],
  'domain-exists': ['already-exists', 'Nothing needs to be done.'],
  'domain-in-use': ['still-in-use', '"posthorn user list --domain" shows who is in it.'],
  'address-exists': ['already-exists', '"posthorn user passwd" sets a new password.'],
  'too-many-targets': ['invalid-request', 'Give fewer.'],
}

function directoryFailure(error: DirectoryError) {
  const [code, next] = ERRORS[error]
  return failure(code, directoryErrorText(error), next)
}

async function domains({ store, org }: OperationsContext): Answer<{ readonly rows: readonly Domain[] }> {
  const people = await listPeople(store, { org })
  const counts = new Map<string, number>()
  for (const { domain } of people) counts.set(domain, (counts.get(domain) ?? 0) + 1)
  const rows = await listDomains(store, { org })
  return ok({ rows: rows.map(({ name, createdAt }) => ({ name, createdAt, users: counts.get(name) ?? 0 })) })
}

async function addDomain({ store, org, clock }: OperationsContext, text: string): Answer<Domain> {
  const name = domainToAscii(text)
  if (!name.ok) return failure('invalid-request', `"${text}" is no domain: ${name.error}.`, 'Write it as in example.com.')
  const at = clock.now()
  const added = await store.call(addDomainProcedure, { org, name: name.value, at })
  if (!added.ok) return storeFailure(added.error)
  return added.value.ok ? ok({ name: name.value, createdAt: at, users: 0 }) : directoryFailure(added.value.error)
}

async function removeDomain({ store, org }: OperationsContext, text: string): Answer<Done> {
  const name = domainToAscii(text)
  if (!name.ok) return directoryFailure('no-domain')
  const removed = await store.call(removeDomainProcedure, { org, name: name.value })
  if (!removed.ok) return storeFailure(removed.error)
  return removed.value.ok ? ok({ done: true }) : directoryFailure(removed.value.error)
}

async function users({ store, org }: OperationsContext, domain: string | undefined): Answer<{ readonly rows: readonly User[] }> {
  const wanted = domain === undefined ? undefined : domainToAscii(domain)
  const people = await listPeople(store, { org })
  return ok({ rows: people.filter((person) => wanted === undefined || (wanted.ok && person.domain === wanted.value)).map(userOf) })
}

function userOf(person: Person): User {
  return { address: person.address, name: person.name, disabled: person.disabled }
}

async function addUser(context: OperationsContext, { address, name, password }: UserAdd): Answer<UserAdded> {
  const parsed = parseAddress(address)
  if (!parsed.ok) return failure('invalid-request', `"${address}" is no address: ${parsed.error}.`, 'Write it as in anna@example.com.')
  const secret = await secretOf(context, password)
  if (!secret.ok) return secret
  const { localPart, domain } = parsed.value
  const ids = { id: context.ids.next(), mailboxId: context.ids.next() }
  const added = await context.store.call(addUserProcedure, { org: context.org, ...ids, localPart, domain, name, secret: secret.value.stored, at: context.clock.now() })
  if (!added.ok) return storeFailure(added.error)
  if (!added.value.ok) return directoryFailure(added.value.error)
  const person = await findPerson(context.store, `${localPart}@${domain}`)
  return ok({ user: person ? userOf(person) : { address, name, disabled: false }, ...secret.value.made })
}

async function setPassword(context: OperationsContext, address: string, password: string | undefined): Answer<PasswordWasSet> {
  const person = await findPerson(context.store, address)
  if (!person) return directoryFailure('no-person')
  const secret = await secretOf(context, password)
  if (!secret.ok) return secret
  const set = await context.store.call(setPasswordProcedure, { org: person.org, personId: person.id, secret: secret.value.stored, at: context.clock.now() })
  if (!set.ok) return storeFailure(set.error)
  return set.value.ok ? ok({ ...secret.value.made }) : directoryFailure(set.value.error)
}

interface Secret {
  readonly stored: string
  /** Told once, when we made it. */
  readonly made: { readonly password?: string }
}

async function secretOf({ passwords, random }: OperationsContext, given: string | undefined): Answer<Secret> {
  if (given !== undefined && Buffer.byteLength(given) > PASSWORD_OCTETS_MAX) {
    return failure('invalid-request', 'password: is too long.', `A password has at most ${PASSWORD_OCTETS_MAX} bytes.`)
  }
  const password = given ?? Buffer.from(random.bytes(MADE_PASSWORD_BYTES)).toString('base64url')
  return ok({ stored: await passwords.hash(password), made: given === undefined ? { password } : {} })
}

async function removeUser({ store }: OperationsContext, address: string): Answer<Done> {
  const person = await findPerson(store, address)
  if (!person) return directoryFailure('no-person')
  for (let page = 0; page < MAILBOX_PAGES_MAX; page++) {
    const inbox = await findInbox(store, { org: person.org, personId: person.id })
    const removed = await store.call(removeUserProcedure, { org: person.org, personId: person.id, mailboxId: inbox?.id ?? null })
    if (!removed.ok) return storeFailure(removed.error)
    if (!removed.value.ok) return directoryFailure(removed.value.error)
    if (removed.value.value === 'removed') return ok({ done: true })
  }
  return failure('try-later', 'The mailbox is very large; part of it is removed.', 'Run the command again: it goes on where it stopped.')
}
