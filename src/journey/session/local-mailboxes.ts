// Which mailbox a person's mail goes to, remembered between messages.

import type { Notify } from '../../ground/ports/notify.ts'
import type { Store } from '../../store/store.ts'
import { findInbox } from '../mailbox/mailbox.ts'
import { MAILBOXES_REMEMBERED_MAX } from './limits.ts'

export class LocalMailboxes {
  readonly #store: Store
  readonly #known = new Map<string, string>()
  readonly #unsubscribe: () => void

  constructor(options: { readonly store: Store; readonly notify: Pick<Notify, 'subscribe'> }) {
    this.#store = options.store
    this.#unsubscribe = options.notify.subscribe('directory', () => this.#known.clear())
  }

  /** Undefined when the person has none (yet): the mail then waits in the queue. */
  async of(who: { readonly org: number; readonly personId: string }): Promise<string | undefined> {
    const known = this.#known.get(who.personId)
    if (known !== undefined) return known
    const inbox = await findInbox(this.#store, who)
    if (!inbox) return undefined
    if (this.#known.size >= MAILBOXES_REMEMBERED_MAX) this.#known.clear()
    this.#known.set(who.personId, inbox.id)
    return inbox.id
  }

  close(): void {
    this.#unsubscribe()
  }
}
