// A mailbox goes, with its messages.

import type { Id } from '../../ground/ids.ts'
import type { Result } from '../../ground/result.ts'
import type { Store } from '../../store/store.ts'
import type { MailboxTrouble } from './errors.ts'

export interface DeleteMailbox {
  readonly org: number
  readonly personId: string
  readonly name: string
  /** Fresh: for the name, should it stay because of children or a subscription. */
  readonly id: Id
  readonly now: number
}

/** The name is free (or stands for its children alone) after the first commit; many messages then go in further ones. */
export async function deleteMailbox(_: Store, __: DeleteMailbox): Promise<Result<void, MailboxTrouble>> {
  throw new Error('deleteMailbox is not built yet')
}
