// Statements and procedure bodies of the directory.

import { err, ok, type Result } from '../../ground/result.ts'
import { all, first, notify, procedure, run, type Steps } from '../database/procedure.ts'
import { statementsOf } from '../database/statement.ts'
import { canonicalAddress } from './canonical.ts'
import type { DirectoryTables } from './directory.tables.ts'
import { ALIAS_TARGETS_MAX, LIST_MAX } from './limits.ts'

const statement = statementsOf<DirectoryTables>()

/** Why a change was refused; `directoryErrorText` says it to people. */
export type DirectoryError =
  | 'no-organisation'
  | 'no-domain'
  | 'no-person'
  | 'no-alias'
  | 'domain-exists'
  | 'domain-in-use'
  | 'address-exists'
  | 'too-many-targets'

export interface AddOrganisation {
  readonly name: string
  readonly at: number
}

export interface AddDomain {
  readonly org: number
  /** Lower-case A-label. */
  readonly name: string
  readonly at: number
}

export interface AddPerson {
  readonly org: number
  readonly id: string
  readonly localPart: string
  readonly domain: string
  readonly name: string
  /** Made by the Passwords port; null for one who cannot sign in yet. */
  readonly secret: string | null
  /** Of the same password; without them it can only be sent, until it has been once. */
  readonly verifiers?: readonly Verifier[]
  readonly at: number
}

/** What is kept for SCRAM. */
export interface Verifier {
  readonly kind: 'scram-sha-256' | 'scram-sha-1'
  /** RFC 5803 §2. */
  readonly secret: string
}

export interface AddVerifiers {
  readonly org: number
  readonly personId: string
  /** What is stored of the password that they were made of. */
  readonly secret: string
  readonly verifiers: readonly Verifier[]
  readonly at: number
}

export interface SetPassword {
  readonly org: number
  readonly personId: string
  readonly secret: string
  readonly verifiers?: readonly Verifier[]
  readonly at: number
}

const insertOrganisation = statement<{ id: number; name: string; at: number }>('directory.insertOrganisation')((db, a) =>
  db.insertInto('organisation').values({ id: a.id, name: a.name, created_at: a.at }),
)
const lastOrganisation = statement<Record<never, never>>('directory.lastOrganisation')((db) =>
  db.selectFrom('organisation').select('id').orderBy('id', 'desc').limit(1),
)
const organisationById = statement<{ id: number }>('directory.organisationById')((db, a) =>
  db.selectFrom('organisation').selectAll().where('id', '=', a.id),
)
const insertDomain = statement<AddDomain>('directory.insertDomain')((db, a) =>
  db
    .insertInto('domain')
    .values({ org: a.org, name: a.name, created_at: a.at })
    .onConflict((c) => c.column('name').doNothing()),
)
const deleteDomain = statement<{ org: number; name: string }>('directory.deleteDomain')((db, a) =>
  db.deleteFrom('domain').where('org', '=', a.org).where('name', '=', a.name),
)
export const domainByName = statement<{ name: string }>('directory.domainByName')((db, a) =>
  db.selectFrom('domain').selectAll().where('name', '=', a.name),
)
const insertPerson = statement<{
  org: number
  id: string
  address: string
  localPart: string
  domain: string
  name: string
  at: number
}>('directory.insertPerson')((db, a) =>
  db
    .insertInto('person')
    .values({
      org: a.org,
      id: a.id,
      address: a.address,
      local_part: a.localPart,
      domain: a.domain,
      name: a.name,
      created_at: a.at,
      disabled: 0,
    })
    .onConflict((c) => c.column('address').doNothing()),
)
export const personByAddress = statement<{ address: string }>('directory.personByAddress')((db, a) =>
  db.selectFrom('person').selectAll().where('address', '=', a.address),
)
const personById = statement<{ org: number; id: string }>('directory.personById')((db, a) =>
  db.selectFrom('person').selectAll().where('org', '=', a.org).where('id', '=', a.id),
)
export const firstPersonOfDomain = statement<{ domain: string }>('directory.firstPersonOfDomain')((db, a) =>
  db.selectFrom('person').selectAll().where('domain', '=', a.domain).orderBy('created_at').orderBy('id').limit(1),
)
const deletePerson = statement<{ org: number; id: string }>('directory.deletePerson')((db, a) =>
  db.deleteFrom('person').where('org', '=', a.org).where('id', '=', a.id),
)
const updateDisabled = statement<{ org: number; id: string; disabled: number }>('directory.updateDisabled')((db, a) =>
  db.updateTable('person').set({ disabled: a.disabled }).where('org', '=', a.org).where('id', '=', a.id),
)
const insertCredential = statement<Omit<SetPassword, 'verifiers'> & { id: string; label: string }>('directory.insertCredential')(
  (db, a) =>
    db.insertInto('credential').values({
      org: a.org,
      person_id: a.personId,
      id: a.id,
      kind: 'password',
      secret: a.secret,
      label: a.label,
      created_at: a.at,
    }),
)
/** One of each kind. */
const insertVerifier = statement<{ org: number; personId: string; kind: Verifier['kind']; secret: string; at: number }>(
  'directory.insertVerifier',
)((db, a) =>
  db
    .insertInto('credential')
    .values({
      org: a.org,
      person_id: a.personId,
      id: a.kind,
      kind: a.kind,
      secret: a.secret,
      label: 'password',
      created_at: a.at,
    })
    .onConflict((c) => c.columns(['org', 'person_id', 'id']).doNothing()),
)
export const secretByName = statement<{ name: string }>('directory.secretByName')((db, a) =>
  db.selectFrom('secret').selectAll().where('name', '=', a.name),
)
const insertSecret = statement<{ name: string; value: string }>('directory.insertSecret')((db, a) =>
  db
    .insertInto('secret')
    .values({ name: a.name, value: a.value })
    .onConflict((c) => c.column('name').doNothing()),
)
const deleteCredentials = statement<{ org: number; personId: string }>('directory.deleteCredentials')((db, a) =>
  db.deleteFrom('credential').where('org', '=', a.org).where('person_id', '=', a.personId),
)
export const credentialsOfPerson = statement<{ org: number; personId: string }>('directory.credentialsOfPerson')((db, a) =>
  db.selectFrom('credential').selectAll().where('org', '=', a.org).where('person_id', '=', a.personId).limit(LIST_MAX),
)
const insertAlias = statement<{ org: number; address: string; target: string }>('directory.insertAlias')((db, a) =>
  db
    .insertInto('alias')
    .values({ org: a.org, address: a.address, target: a.target })
    .onConflict((c) => c.columns(['address', 'target']).doNothing()),
)
const deleteAlias = statement<{ org: number; address: string }>('directory.deleteAlias')((db, a) =>
  db.deleteFrom('alias').where('org', '=', a.org).where('address', '=', a.address),
)
export const aliasTargets = statement<{ address: string }>('directory.aliasTargets')((db, a) =>
  db.selectFrom('alias').selectAll().where('address', '=', a.address).orderBy('target').limit(ALIAS_TARGETS_MAX),
)
const aliasInDomain = statement<{ org: number; pattern: string }>('directory.aliasInDomain')((db, a) =>
  db.selectFrom('alias').select('address').where('org', '=', a.org).where('address', 'like', a.pattern).limit(1),
)
export const organisationList = statement<Record<never, never>>('directory.organisationList')((db) =>
  db.selectFrom('organisation').selectAll().orderBy('id').limit(LIST_MAX),
)
export const domainList = statement<{ org: number }>('directory.domainList')((db, a) =>
  db.selectFrom('domain').selectAll().where('org', '=', a.org).orderBy('name').limit(LIST_MAX),
)
export const personList = statement<{ org: number }>('directory.personList')((db, a) =>
  db.selectFrom('person').selectAll().where('org', '=', a.org).orderBy('address').limit(LIST_MAX),
)
export const aliasList = statement<{ org: number }>('directory.aliasList')((db, a) =>
  db.selectFrom('alias').selectAll().where('org', '=', a.org).orderBy('address').orderBy('target').limit(LIST_MAX),
)

/** Everyone forgets what they knew of the directory: changes are rare, questions are not. */
function* changed(): Steps<void> {
  yield* notify('directory', '')
}

/** Answers the new organisation's number. */
export function* addOrganisation(args: AddOrganisation): Steps<number> {
  const last = yield* first(lastOrganisation, {})
  const id = (last?.id ?? 0) + 1
  yield* run(insertOrganisation, { id, name: args.name, at: args.at })
  yield* changed()
  return id
}

export function* addDomain(args: AddDomain): Steps<Result<void, DirectoryError>> {
  if (!(yield* first(organisationById, { id: args.org }))) return err('no-organisation')
  if ((yield* run(insertDomain, args)) === 0) return err('domain-exists')
  yield* changed()
  return ok()
}

/** Only an empty domain goes: nobody loses a mailbox by a slip. */
export function* removeDomain(args: { readonly org: number; readonly name: string }): Steps<Result<void, DirectoryError>> {
  if (yield* first(firstPersonOfDomain, { domain: args.name })) return err('domain-in-use')
  if (yield* first(aliasInDomain, { org: args.org, pattern: `%@${args.name}` })) return err('domain-in-use')
  if ((yield* run(deleteDomain, args)) === 0) return err('no-domain')
  yield* changed()
  return ok()
}

export function* addPerson(args: AddPerson): Steps<Result<void, DirectoryError>> {
  const address = canonicalAddress(args.localPart, args.domain)
  const domain = yield* first(domainByName, { name: args.domain })
  if (domain?.org !== args.org) return err('no-domain')
  if ((yield* all(aliasTargets, { address })).length > 0) return err('address-exists')
  const { org, id, localPart, name, at } = args
  if ((yield* run(insertPerson, { org, id, address, localPart, domain: args.domain, name, at })) === 0)
    return err('address-exists')
  if (args.secret !== null) {
    yield* run(insertCredential, { org, personId: id, id, secret: args.secret, label: 'password', at })
    yield* insertVerifiers({ org, personId: id, verifiers: args.verifiers ?? [], at })
  }
  yield* changed()
  return ok()
}

/** The one password of a person; those before it no longer count. */
export function* setPassword(args: SetPassword): Steps<Result<void, DirectoryError>> {
  if (!(yield* first(personById, { org: args.org, id: args.personId }))) return err('no-person')
  yield* run(deleteCredentials, args)
  const { org, personId, secret, verifiers = [], at } = args
  yield* run(insertCredential, { org, personId, secret, at, id: personId, label: 'password' })
  yield* insertVerifiers({ org, personId, verifiers, at })
  yield* changed()
  return ok()
}

function* insertVerifiers({ verifiers, ...of }: Omit<AddVerifiers, 'secret'>): Steps<void> {
  for (const verifier of verifiers) yield* run(insertVerifier, { ...of, ...verifier })
}

/** After a sign-in of one who has none yet. Nothing happens when the password has been changed meanwhile. */
export function* addVerifiers({ secret, ...args }: AddVerifiers): Steps<void> {
  const kept = yield* all(credentialsOfPerson, args)
  if (kept.some((row) => row.kind === 'password' && row.secret === secret)) yield* insertVerifiers(args)
}

/** Answers the value that counts: that of who came first. */
export function* keepSecret(args: { readonly name: string; readonly value: string }): Steps<string> {
  yield* run(insertSecret, args)
  return (yield* first(secretByName, { name: args.name }))?.value ?? args.value
}

export function* setDisabled(args: {
  readonly org: number
  readonly personId: string
  readonly disabled: boolean
}): Steps<Result<void, DirectoryError>> {
  const count = yield* run(updateDisabled, { org: args.org, id: args.personId, disabled: args.disabled ? 1 : 0 })
  if (count === 0) return err('no-person')
  yield* changed()
  return ok()
}

/** The person and what they sign in with; their mailboxes are the mailbox part's to remove, in the same commit. */
export function* removePerson(args: { readonly org: number; readonly personId: string }): Steps<Result<void, DirectoryError>> {
  if ((yield* run(deletePerson, { org: args.org, id: args.personId })) === 0) return err('no-person')
  yield* run(deleteCredentials, args)
  yield* changed()
  return ok()
}

export interface AddAlias {
  readonly org: number
  readonly localPart: string
  readonly domain: string
  readonly target: string
}

/** One more target for the address. */
export function* addAlias(args: AddAlias): Steps<Result<void, DirectoryError>> {
  const address = canonicalAddress(args.localPart, args.domain)
  const domain = yield* first(domainByName, { name: args.domain })
  if (domain?.org !== args.org) return err('no-domain')
  if (yield* first(personByAddress, { address })) return err('address-exists')
  if ((yield* all(aliasTargets, { address })).length >= ALIAS_TARGETS_MAX) return err('too-many-targets')
  yield* run(insertAlias, { org: args.org, address, target: args.target })
  yield* changed()
  return ok()
}

/** The address with all its targets. */
export function* removeAlias(args: {
  readonly org: number
  readonly localPart: string
  readonly domain: string
}): Steps<Result<void, DirectoryError>> {
  const address = canonicalAddress(args.localPart, args.domain)
  if ((yield* run(deleteAlias, { org: args.org, address })) === 0) return err('no-alias')
  yield* changed()
  return ok()
}

export const addOrganisationProcedure = procedure('directory.addOrganisation', addOrganisation)
export const addDomainProcedure = procedure('directory.addDomain', addDomain)
export const removeDomainProcedure = procedure('directory.removeDomain', removeDomain)
export const addPersonProcedure = procedure('directory.addPerson', addPerson)
export const setPasswordProcedure = procedure('directory.setPassword', setPassword)
export const addVerifiersProcedure = procedure('directory.addVerifiers', addVerifiers)
export const keepSecretProcedure = procedure('directory.keepSecret', keepSecret)
export const setDisabledProcedure = procedure('directory.setDisabled', setDisabled)
export const removePersonProcedure = procedure('directory.removePerson', removePerson)
export const addAliasProcedure = procedure('directory.addAlias', addAlias)
export const removeAliasProcedure = procedure('directory.removeAlias', removeAlias)
