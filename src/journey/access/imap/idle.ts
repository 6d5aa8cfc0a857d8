// IDLE (RFC 2177): the client waits, and is told at once of what changes in its mailbox.

import type { Talk } from './talk.ts'
import { tellSeen } from './tell.ts'

export class Idle {
  readonly #talk: Talk
  readonly #wake: () => void
  #tag: string | undefined
  #changed = false
  #looksItself = false
  #unsubscribe = (): void => {}
  #cancelNotify = (): void => {}

  /** `wake`: has the session look at `tell` again. */
  constructor(talk: Talk, wake: () => void) {
    this.#talk = talk
    this.#wake = wake
  }

  begin(tag: string): void {
    this.#tag = tag
    this.#talk.core.continueIdle()
    // What came in before the subscription is seen by the first telling.
    this.#changed = true
    const image = this.#talk.selected?.image
    if (image)
      this.#unsubscribe = image.subscribe(() => {
        this.#changed = true
        this.#wake()
      })
    this.#notifyLater()
  }

  /** The tag of the IDLE that is over; '' when there is none. */
  end(): string {
    this.#unsubscribe()
    this.#unsubscribe = () => {}
    this.#cancelNotify()
    const tag = this.#tag ?? ''
    this.#tag = undefined
    return tag
  }

  /** Tells what changed, if somebody is waiting for it. True: the mailbox was deleted. */
  async tell(): Promise<boolean> {
    const view = this.#talk.selected
    if (this.#tag === undefined || !view || !this.#changed) return false
    this.#changed = false
    if (this.#looksItself) await view.image.refresh()
    this.#looksItself = false
    if (view.image.gone) return true
    tellSeen(this.#talk, view, { expunges: true })
    return false
  }

  /** Routers forget connections on which nothing passes, some after five minutes; and hints may be lost: now and then we look ourselves. */
  #notifyLater(): void {
    const { clock, settings } = this.#talk.context
    this.#cancelNotify = clock.after(settings.idleNotify, () => {
      this.#talk.core.untagged('OK Still here')
      this.#changed = true
      this.#looksItself = true
      this.#notifyLater()
      this.#wake()
    })
  }
}
