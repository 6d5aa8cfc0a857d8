// Makes the domain and the people of the try-out.

import { assert } from '../ground/assert.ts'
import { STANDARD_MAILBOXES } from '../journey/mailbox/mailbox.ts'
import type { Procedure } from '../store/database/procedure.ts'
import { addDomainProcedure, addOrganisationProcedure, passwordSecrets } from '../store/directory/directory.ts'
import type { Store } from '../store/store.ts'
import { newPassword, openAccountProcedure } from '../surface/operations/operations.ts'
import type { DemoParts, Settler } from './demo.ts'

/** Reserved by RFC 2606: mail for it can never go anywhere else. */
const DEMO_DOMAIN = 'posthorn.test'

const PEOPLE = [
  { localPart: 'alice', name: 'Alice' },
  { localPart: 'bob', name: 'Bob' },
]

export async function settle(parts: DemoParts): Promise<readonly Settler[]> {
  const org = await addDomain(parts)
  const people: Settler[] = []
  for (const person of PEOPLE) people.push(await addPerson(parts, org, person))
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
): Promise<Settler> {
  const password = newPassword(parts.random)
  const { localPart, name } = person
  const address = `${localPart}@${DEMO_DOMAIN}`
  const secrets = await passwordSecrets(parts, address, password)
  const at = parts.clock.now()
  const id = parts.ids.next()
  const added = await done(parts.store, openAccountProcedure, {
    person: { org, id, localPart, domain: DEMO_DOMAIN, name, ...secrets, at },
    mailboxes: { org, personId: id, ids: STANDARD_MAILBOXES.map(() => parts.ids.next()), now: at },
  })
  assert(added.ok, 'a new domain takes its first people')
  return { address, password, secret: secrets.secret }
}

async function done<Args, R>(store: Store, procedure: Procedure<Args, R>, args: Args): Promise<R> {
  const answer = await store.call(procedure, args)
  if (!answer.ok) throw new Error(`the first start could not be finished: ${answer.error.detail}`)
  return answer.value
}
