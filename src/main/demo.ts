// The first start of a try-out: a domain, two people and their passwords, so that mail can be sent within a minute.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { IdSource } from '../ground/ids.ts'
import type { Clock } from '../ground/ports/clock.ts'
import type { Passwords } from '../ground/ports/passwords.ts'
import type { Random } from '../ground/ports/random.ts'
import { listOrganisations } from '../store/directory/directory.ts'
import type { Store } from '../store/store.ts'

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
  // Loaded once in the life of a data folder.
  const { settle } = await import('./demo-settlers.ts')
  const people = await settle(parts)
  writeFileSync(file, `${JSON.stringify(people, undefined, 2)}\n`, { mode: 0o600 })
  return people
}
