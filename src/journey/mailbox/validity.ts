// Uidvalidities: each name's only ever grows (RFC 9051 §2.3.1.1).

import { assert } from '../../ground/assert.ts'
import { first, run, type Steps } from '../../store/database/procedure.ts'
import { keepValidity, validityOfName } from './mailbox.store.ts'
import { UID_MAX } from './uids.ts'

interface OfPerson {
  readonly org: number
  readonly personId: string
}

/** Stands for the greatest that the person was given. */
const ANY_NAME = ''

/**
 * Greater than any the person was given before; the seconds since 1970 where they are greater, so that a store restored from a copy goes
 * on above what it gave away.
 */
export function* nextValidity({ org, personId }: OfPerson, now: number): Steps<number> {
  const last = yield* first(validityOfName, { org, personId, name: ANY_NAME })
  const uidValidity = Math.max((last?.uidValidity ?? 0) + 1, (Math.floor(now / 1000) % UID_MAX) + 1)
  assert(uidValidity <= UID_MAX, 'uidvalidities last until 2106')
  yield* run(keepValidity, { org, personId, name: ANY_NAME, uidValidity })
  return uidValidity
}

/** A name becomes free. */
export function* leaveName({ org, personId }: OfPerson, name: string, uidValidity: number): Steps<void> {
  const last = yield* first(validityOfName, { org, personId, name })
  if (!last || last.uidValidity < uidValidity) yield* run(keepValidity, { org, personId, name, uidValidity })
}

/** What a mailbox that comes to a name has there: its own, unless the name was used with a greater one. */
export function* validityAt(person: OfPerson, name: string, uidValidity: number, now: number): Steps<number> {
  const last = yield* first(validityOfName, { org: person.org, personId: person.personId, name })
  return last && last.uidValidity > uidValidity ? yield* nextValidity(person, now) : uidValidity
}

/** Whether the person ever had a mailbox of that name that is no more. */
export function* wasUsed({ org, personId }: OfPerson, name: string): Steps<boolean> {
  return (yield* first(validityOfName, { org, personId, name })) !== undefined
}
