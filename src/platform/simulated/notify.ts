// The Notify port as its contract permits it to be: hints come late, some are lost, some come twice.

import type { Clock } from '../../ground/ports/clock.ts'
import type { Notify, NotifyTopic } from '../../ground/ports/notify.ts'
import type { Life } from './life.ts'
import type { SimulatedRandom } from './random.ts'

export interface NotifyManners {
  /** One hint in so many is lost; 0: none. */
  readonly lostOneIn: number
  readonly doubledOneIn: number
  readonly delayMsMax: number
}

export class SimulatedNotify implements Notify {
  readonly #clock: Pick<Clock, 'after'>
  readonly #random: SimulatedRandom
  readonly #listeners = new Map<NotifyTopic, Set<(key: string) => void>>()
  manners: NotifyManners = { lostOneIn: 0, doubledOneIn: 0, delayMsMax: 2 }

  constructor(options: { readonly clock: Pick<Clock, 'after'>; readonly random: SimulatedRandom }) {
    this.#clock = options.clock
    this.#random = options.random
  }

  publish(topic: NotifyTopic, key: string): void {
    const { lostOneIn, doubledOneIn, delayMsMax } = this.manners
    for (const listener of this.#listeners.get(topic) ?? []) {
      if (lostOneIn > 0 && this.#random.oneIn(lostOneIn)) continue
      const times = doubledOneIn > 0 && this.#random.oneIn(doubledOneIn) ? 2 : 1
      for (let i = 0; i < times; i++)
        this.#clock.after(this.#random.between(0, delayMsMax), () => {
          if (this.#listeners.get(topic)?.has(listener)) listener(key)
        })
    }
  }

  subscribe(topic: NotifyTopic, listener: (key: string) => void): () => void {
    // Its own object for each subscription: the same function may subscribe twice.
    const own = (key: string): void => listener(key)
    const listeners = this.#listeners.get(topic) ?? new Set()
    this.#listeners.set(topic, listeners.add(own))
    return () => void listeners.delete(own)
  }

  /** As an actor has it: the dead say and hear nothing. */
  of(life: Life): Notify {
    return {
      publish: (topic, key) => {
        if (life.alive) this.publish(topic, key)
      },
      subscribe: (topic, listener) => {
        const unsubscribe = this.subscribe(topic, listener)
        const forget = life.atEnd(unsubscribe)
        return () => {
          forget()
          unsubscribe()
        }
      },
    }
  }
}
