// The first start of a try-out: a domain, two people and their passwords, so that mail can be sent within a minute.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { IdSource } from '../ground/ids.ts'
import type { Clock } from '../ground/ports/clock.ts'
import type { Digests } from '../ground/ports/digests.ts'
import type { Passwords } from '../ground/ports/passwords.ts'
import type { Random } from '../ground/ports/random.ts'
import { err, ok, type Result } from '../ground/result.ts'
import { credentialsOfPerson } from '../store/directory/directory.store.ts'
import { findPerson, listOrganisations } from '../store/directory/directory.ts'
import type { Store } from '../store/store.ts'

const FILE = 'demo.json'

export interface DemoPerson {
  readonly address: string
  /** Undefined: another one was set since. */
  readonly password: string | undefined
}

/** As the file has it. */
export interface Settler {
  readonly address: string
  readonly password: string
  /** What the store had for the password; absent in files of the first versions. */
  readonly secret?: string
}

export interface DemoParts {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly ids: IdSource
  readonly passwords: Passwords
  readonly digests: Digests
}

/**
 * The people of the try-out who are still there, and their passwords as far as they still hold; made now if the store is empty, and none
 * if it has an organisation of its own. The error says in words what is wrong with the file.
 */
export async function demoPeople(folder: string, parts: DemoParts): Promise<Result<readonly DemoPerson[], string>> {
  const file = join(folder, FILE)
  if (existsSync(file)) {
    const settlers = readSettlers(file)
    return settlers.ok ? ok(await stillThere(settlers.value, parts)) : settlers
  }
  if ((await listOrganisations(parts.store)).length > 0) return ok([])
  // Loaded once in the life of a data folder.
  const { settle } = await import('./demo-settlers.ts')
  const settlers = await settle(parts)
  writeFileSync(file, `${JSON.stringify(settlers, undefined, 2)}\n`, { mode: 0o600 })
  return ok(settlers.map(({ address, password }) => ({ address, password })))
}

function readSettlers(file: string): Result<readonly Settler[], string> {
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (Array.isArray(read) && read.every(isSettler)) return ok(read)
    return err(`${file} is not what the first start wrote`)
  } catch (cause) {
    return err(`${file} cannot be read: ${(cause as Error).message}`)
  }
}

function isSettler(value: unknown): value is Settler {
  const { address, password, secret } = (value ?? {}) as Partial<Record<keyof Settler, unknown>>
  return typeof address === 'string' && typeof password === 'string' && (secret === undefined || typeof secret === 'string')
}

async function stillThere(settlers: readonly Settler[], parts: DemoParts): Promise<readonly DemoPerson[]> {
  const people: DemoPerson[] = []
  for (const settler of settlers) {
    const person = await findPerson(parts.store, settler.address)
    if (!person) continue
    const rows = await parts.store.all(credentialsOfPerson, { org: person.org, personId: person.id })
    let holds = false
    for (const { kind, secret } of rows) holds ||= kind === 'password' && (await isStill(settler, secret, parts.passwords))
    people.push({ address: settler.address, password: holds ? settler.password : undefined })
  }
  return people
}

/** Without working a hash where that can be: this thread is kept small. */
async function isStill(settler: Settler, secret: string, passwords: Passwords): Promise<boolean> {
  return settler.secret === undefined ? passwords.verify(secret, settler.password) : settler.secret === secret
}
