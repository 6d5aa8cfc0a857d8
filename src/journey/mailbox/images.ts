// The images of one thread: shared by all sessions that have a mailbox open, brought up to date by hints, kept a while after the last one.

import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import type { Notify } from '../../ground/ports/notify.ts'
import type { Store } from '../../store/store.ts'
import { loadImage, type MailboxImage, type StoredImage } from './image.ts'
import { IMAGE_KEPT_MS, IMAGE_LOOK_MS, IMAGES_IDLE_MAX } from './limits.ts'

export interface MailboxImagesOptions {
  readonly store: Store
  readonly notify: Pick<Notify, 'subscribe'>
  readonly clock: Clock
  readonly log: Log
}

interface Shared {
  readonly mailboxId: string
  readonly loading: Promise<StoredImage | undefined>
  image: StoredImage | undefined
  users: number
  /** Nobody has it open: it goes when this is not called. */
  stay: (() => void) | undefined
}

export class MailboxImages {
  readonly #options: MailboxImagesOptions
  /** By mailbox; idle ones in the order in which they became so. */
  readonly #shared = new Map<string, Shared>()
  readonly #unsubscribe: () => void
  #stopLook: (() => void) | undefined

  constructor(options: MailboxImagesOptions) {
    this.#options = options
    this.#unsubscribe = options.notify.subscribe('mailbox', (mailboxId) => this.#hint(mailboxId))
  }

  /** Undefined: there is no such mailbox. Each image that is answered wants its `release`. What is wrong with the store throws. */
  async open(which: { readonly org: number; readonly mailboxId: string }): Promise<MailboxImage | undefined> {
    const shared = this.#shared.get(which.mailboxId) ?? this.#load(which)
    shared.users++
    shared.stay?.()
    shared.stay = undefined
    this.#look()
    try {
      const known = shared.image
      const image = known ?? (await shared.loading)
      if (known) await known.refresh()
      if (image && !image.gone) return image
    } catch (error) {
      this.#leave(shared)
      throw error
    }
    this.#leave(shared)
    return undefined
  }

  release(image: MailboxImage): void {
    const shared = this.#shared.get(image.mailbox.id)
    if (shared?.image === image) this.#leave(shared)
  }

  close(): void {
    this.#unsubscribe()
    this.#stopLook?.()
    this.#stopLook = undefined
    for (const shared of this.#shared.values()) shared.stay?.()
    this.#shared.clear()
  }

  #load(which: { readonly org: number; readonly mailboxId: string }): Shared {
    const loading = loadImage(this.#options, which)
    const shared: Shared = { mailboxId: which.mailboxId, loading, image: undefined, users: 0, stay: undefined }
    this.#shared.set(which.mailboxId, shared)
    const loaded = (image: StoredImage | undefined): void => {
      shared.image = image
    }
    // Whoever opened it is told of a failure.
    loading.then(loaded, () => this.#drop(shared)).catch(() => undefined)
    return shared
  }

  #leave(shared: Shared): void {
    shared.users--
    if (shared.users > 0) return
    if (!shared.image || shared.image.gone) return this.#drop(shared)
    // To the end: the one that is idle longest goes first.
    if (this.#shared.get(shared.mailboxId) !== shared) return
    this.#shared.delete(shared.mailboxId)
    this.#shared.set(shared.mailboxId, shared)
    shared.stay = this.#options.clock.after(IMAGE_KEPT_MS, () => this.#drop(shared))
    const idle = [...this.#shared.values()].filter((one) => one.users === 0)
    for (const one of idle.slice(0, Math.max(0, idle.length - IMAGES_IDLE_MAX))) this.#drop(one)
  }

  #drop(shared: Shared): void {
    shared.stay?.()
    shared.stay = undefined
    if (this.#shared.get(shared.mailboxId) === shared) this.#shared.delete(shared.mailboxId)
  }

  #hint(mailboxId: string): void {
    const shared = this.#shared.get(mailboxId)
    if (shared?.image && shared.users > 0) this.#refresh(shared.image)
  }

  /** Hints may be lost: those that are open look by themselves now and then. */
  #look(): void {
    this.#stopLook ??= this.#options.clock.after(IMAGE_LOOK_MS, () => {
      this.#stopLook = undefined
      const open = [...this.#shared.values()].filter((shared) => shared.users > 0)
      for (const { image } of open) if (image) this.#refresh(image)
      if (open.length > 0) this.#look()
    })
  }

  #refresh(image: StoredImage): void {
    image.refresh().catch((error: unknown) => {
      this.#options.log.warn('changes of a mailbox could not be read', { mailbox: image.mailbox.id, cause: String(error) })
    })
  }
}
