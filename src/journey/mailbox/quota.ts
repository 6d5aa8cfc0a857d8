// What a person's mailboxes hold together, and whether more fits.

import { first, type Steps } from '../../store/database/procedure.ts'
import { usageOfPerson } from './mailbox.store.ts'

/** Looked at in the commit that adds, so that two sessions cannot both take the last room. */
export function* fitsQuota(
  owner: { readonly org: number; readonly personId: string },
  moreBytes: number,
  quotaBytes: number | undefined,
): Steps<boolean> {
  if (quotaBytes === undefined) return true
  const used = yield* first(usageOfPerson, { org: owner.org, personId: owner.personId })
  return (used?.sizeBytes ?? 0) + moreBytes <= quotaBytes
}
