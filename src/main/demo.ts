// The first start of a try-out: a domain, two people and their passwords, so that mail can be sent within a minute.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert } from '../ground/assert.ts'
import type { IdSource } from '../ground/ids.ts'
import type { Clock } from '../ground/ports/clock.ts'
import type { Passwords } from '../ground/ports/passwords.ts'
import type { Random } from '../ground/ports/random.ts'
import type { Procedure } from '../store/database/procedure.ts'
import { addDomainProcedure, addOrganisationProcedure, listOrganisations } from '../store/directory/directory.ts'
import type { Store } from '../store/store.ts'
import { newPassword, openAccountProcedure } from '../surface/operations/operations.ts'

/** Reserved by RFC 2606: mail for it can never go anywhere else. */
export const DEMO_DOMAIN = 'posthorn.test'

const PEOPLE = [
  { localPart: 'alice', name: 'Alice' },
  { localPart: 'bob', name: 'Bob' },
]

const FILE = 'demo.json'

export interface DemoPerson {
  readonly address: string
  readonly password: string
}

export interface DemoParts {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly ids: IdSource
  readonly passwords: Passwords
}

/** The people of the try-out and their passwords; made now if the store is empty, and none if it has an organisation of its own. */
export async function demoPeople(folder: string, parts: DemoParts): Promise<readonly DemoPerson[]> {
  const file = join(folder, FILE)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as DemoPerson[]
  if ((await listOrganisations(parts.store)).length > 0) return []
  const org = await addDomain(parts)
  const people: DemoPerson[] = []
  for (const person of PEOPLE) people.push(await addPerson(parts, org, person))
  writeFileSync(file, `${JSON.stringify(people, undefined, 2)}\n`, { mode: 0o600 })
  return people
}

async function addDomain(parts: DemoParts): Promise<number> {
  const at = parts.clock.now()
  const org = await done(parts.store, addOrganisationProcedure, { name: 'Demo', at })
  await done(parts.store, addDomainProcedure, { org, name: DEMO_DOMAIN, at })
  return org
}

async function addPerson(
  parts: DemoParts,
  org: number,
  person: { readonly localPart: string; readonly name: string },
): Promise<DemoPerson> {
  const password = newPassword(parts.random)
  const at = parts.clock.now()
  const id = parts.ids.next()
  const added = await done(parts.store, openAccountProcedure, {
    person: {
      org,
      id,
      localPart: person.localPart,
      domain: DEMO_DOMAIN,
      name: person.name,
      secret: await parts.passwords.hash(password),
      at,
    },
    inbox: { org, personId: id, id: parts.ids.next(), now: at },
  })
  assert(added.ok, 'a new domain takes its first people')
  return { address: `${person.localPart}@${DEMO_DOMAIN}`, password }
}

async function done<Args, R>(store: Store, procedure: Procedure<Args, R>, args: Args): Promise<R> {
  const answer = await store.call(procedure, args)
  if (!answer.ok) throw new Error(`the first start could not be finished: ${answer.error.detail}`)
  return answer.value
}
