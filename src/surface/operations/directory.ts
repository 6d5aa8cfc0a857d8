// Domains and people.

import { err, ok, type Result } from '../../ground/result.ts'
import { STANDARD_MAILBOXES } from '../../journey/mailbox/mailbox.ts'
import { domainToAscii, formatAddress, parseAddress } from '../../mail/message/message.ts'
import type { Procedure } from '../../store/database/procedure.ts'
import {
  addDomainProcedure,
  addOrganisationProcedure,
  type DirectoryError,
  directoryErrorText,
  findDomain,
  findPerson,
  listDomains,
  listOrganisations,
  listPeople,
  type Person,
  passwordSecrets,
  removeDomainProcedure,
  setPasswordProcedure,
} from '../../store/directory/directory.ts'
import type { Store } from '../../store/store.ts'
import { type ErrorCode, type Failure, failure, type Operations } from '../api/api.ts'
import { closeAccountProcedure, openAccountProcedure } from './accounts.ts'
import type { OperationsContext } from './operations.ts'
import { newPassword } from './password.ts'

type DirectoryOperations = Pick<
  Operations,
  'listDomains' | 'addDomain' | 'removeDomain' | 'listUsers' | 'addUser' | 'setPassword' | 'removeUser'
>

const DONE = { ok: true, value: { done: true } } as const

export function directoryOperations(context: OperationsContext): DirectoryOperations {
  const { store } = context
  return {
    listDomains: async () => ok({ rows: await domainRows(store) }),
    addDomain: (name) => addDomain(context, name),
    removeDomain: (name) => removeDomain(store, name),
    listUsers: (domain) => listUsers(store, domain),
    addUser: (user) => addUser(context, user),
    setPassword: (address, password) => setPassword(context, address, password),
    removeUser: (address) => removeUser(context, address),
  }
}

async function domainRows(store: Store) {
  const all = await people(store)
  const rows = []
  for (const { id } of await listOrganisations(store)) {
    for (const domain of await listDomains(store, { org: id })) {
      rows.push({
        name: domain.name,
        createdAt: domain.createdAt,
        users: all.filter((person) => person.domain === domain.name).length,
      })
    }
  }
  return rows
}

async function listUsers(store: Store, written: string | undefined) {
  const all = await people(store)
  if (written === undefined) return ok({ rows: all.map(userOf) })
  const name = domainToAscii(written)
  if (!name.ok || !(await findDomain(store, name.value))) return noDomain(written)
  return ok({ rows: all.filter((person) => person.domain === name.value).map(userOf) })
}

function noDomain(written: string) {
  return failure('not-found', `There is no domain ${written} here.`, '"posthorn domain list" shows those there are.')
}

async function people(store: Store): Promise<Person[]> {
  const all: Person[] = []
  for (const { id } of await listOrganisations(store)) all.push(...(await listPeople(store, { org: id })))
  return all
}

function userOf(person: Person) {
  return { address: person.address, name: person.name, disabled: person.disabled }
}

async function addDomain(context: OperationsContext, written: string) {
  const name = domainToAscii(written)
  if (!name.ok)
    return failure(
      'invalid-request',
      `"${written}" is no domain: ${name.error}.`,
      'Write it as in a mail address, such as example.com.',
    )
  const at = context.clock.now()
  const org = await firstOrganisation(context)
  if (!org.ok) return org
  const added = await change(context.store, addDomainProcedure, { org: org.value, name: name.value, at })
  if (added.ok) return ok({ name: name.value, createdAt: at, users: 0 })
  if (added.error.code !== 'already-exists') return added
  return failure('already-exists', `${name.value} is there already.`, '"posthorn domain list" shows what there is.')
}

/** Whoever runs the server for one organisation never has to name it. */
async function firstOrganisation({ store, clock }: OperationsContext): Promise<Result<number, Failure>> {
  const [first] = await listOrganisations(store)
  if (first) return ok(first.id)
  const made = await store.call(addOrganisationProcedure, { name: 'Default', at: clock.now() })
  return made.ok ? ok(made.value) : storeTrouble(made.error.detail)
}

async function removeDomain(store: Store, written: string) {
  const name = domainToAscii(written)
  const found = name.ok ? await findDomain(store, name.value) : undefined
  if (!name.ok || !found) return noDomain(written)
  const removed = await change(store, removeDomainProcedure, { org: found.org, name: name.value })
  return removed.ok ? DONE : removed
}

async function addUser(
  context: OperationsContext,
  user: { readonly address: string; readonly name: string; readonly password?: string | undefined },
) {
  const address = parseAddress(user.address)
  if (!address.ok)
    return failure(
      'invalid-request',
      `"${user.address}" is no mail address: ${address.error}.`,
      'Write it like anna@example.com.',
    )
  const { localPart, domain } = address.value
  const found = await findDomain(context.store, domain)
  if (!found)
    return failure('not-found', `The domain ${domain} is not one of this server.`, `Add it first: posthorn domain add ${domain}`)
  const password = user.password ?? newPassword(context.random)
  const at = context.clock.now()
  const id = context.ids.next()
  const secrets = await passwordSecrets(context, `${localPart}@${domain}`, password)
  const added = await change(context.store, openAccountProcedure, {
    person: { org: found.org, id, localPart, domain, name: user.name, ...secrets, at },
    mailboxes: { org: found.org, personId: id, ids: STANDARD_MAILBOXES.map(() => context.ids.next()), now: at },
  })
  if (!added.ok) return added
  const made = user.password === undefined ? { password } : {}
  return ok({ user: { address: formatAddress(address.value), name: user.name, disabled: false }, ...made })
}

async function setPassword(context: OperationsContext, address: string, wanted: string | undefined) {
  const person = await findPerson(context.store, address)
  if (!person) return noPerson(address)
  const password = wanted ?? newPassword(context.random)
  const set = await change(context.store, setPasswordProcedure, {
    org: person.org,
    personId: person.id,
    ...(await passwordSecrets(context, person.address, password)),
    at: context.clock.now(),
  })
  if (!set.ok) return set
  return ok(wanted === undefined ? { password } : {})
}

async function removeUser({ store }: OperationsContext, address: string) {
  const person = await findPerson(store, address)
  if (!person) return noPerson(address)
  const who = { org: person.org, personId: person.id }
  for (;;) {
    const closed = await change(store, closeAccountProcedure, who)
    if (!closed.ok) return closed
    if (closed.value === 'closed') return DONE
  }
}

const CODES: Readonly<Record<DirectoryError, ErrorCode>> = {
  'no-organisation': 'not-found',
  'no-domain': 'not-found',
  'no-person': 'not-found',
  'no-alias': 'not-found',
  'domain-exists': 'already-exists',
  'domain-in-use': 'still-in-use',
  'address-exists': 'already-exists',
  'too-many-targets': 'invalid-request',
}

async function change<Args, T>(
  store: Store,
  procedure: Procedure<Args, Result<T, DirectoryError>>,
  args: Args,
): Promise<Result<T, Failure>> {
  const answer = await store.call(procedure, args)
  if (!answer.ok) return storeTrouble(answer.error.detail)
  if (answer.value.ok) return ok(answer.value.value)
  const error = answer.value.error
  return failure(CODES[error], directoryErrorText(error), '"posthorn domain list" and "posthorn user list" show what there is.')
}

function storeTrouble(detail: string) {
  return err<Failure>({
    code: 'try-later',
    message: `The store did not take the change: ${detail}`,
    next: 'Nothing was changed. Try again in a moment.',
  })
}

function noPerson(address: string) {
  return failure('not-found', `There is nobody with the address ${address} here.`, '"posthorn user list" shows who there is.')
}
