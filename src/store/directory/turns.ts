// Whose password is checked next. Each check costs much memory and time, so few run at once; those who wait are served in turn by the
// network they come from, so that one stranger with many connections keeps nobody else waiting for long.

import { parseIpv6 } from '../../mail/message/message.ts'
import { TURNS_AT_ONCE_MAX, TURNS_WAITING_MAX, TURNS_WAITING_OF_PEER_MAX } from './limits.ts'

type Start = () => void

export class Turns {
  #running = 0
  #waiting = 0
  /** By network, the next to be served first. */
  readonly #queues = new Map<string, Start[]>()

  /** Answers when it is this one's turn, with true; false: too many wait. Whoever had a turn gives it back with `leave`. */
  enter(peerAddress: string): Promise<boolean> {
    if (this.#running < TURNS_AT_ONCE_MAX) {
      this.#running++
      return Promise.resolve(true)
    }
    const network = networkOf(peerAddress)
    const queue = this.#queues.get(network) ?? []
    if (this.#waiting >= TURNS_WAITING_MAX || queue.length >= TURNS_WAITING_OF_PEER_MAX) return Promise.resolve(false)
    this.#waiting++
    this.#queues.set(network, queue)
    return new Promise((resolve) => queue.push(() => resolve(true)))
  }

  /** The place goes to the network that has waited longest for a turn. */
  leave(): void {
    const next = this.#queues.entries().next()
    if (next.done) {
      this.#running--
      return
    }
    const [network, queue] = next.value
    const start = queue.shift()
    this.#queues.delete(network)
    if (queue.length > 0) this.#queues.set(network, queue)
    this.#waiting--
    start?.()
  }
}

/** The address itself; of IPv6 the first 64 bits, which is what one subscriber has. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const groups = parseIpv6(address.split('%')[0] ?? '')
  return groups === undefined ? address : groups.slice(0, 4).join(':')
}
