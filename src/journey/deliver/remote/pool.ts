// Open connections of this thread: keeps idle ones for the next message, and ends those that are idle or silent for too long.

import type { Clock } from '../../../ground/ports/clock.ts'
import type { Channel } from './channel.ts'
import { DEADLINE_CHECK_MS, IDLE_CONNECTIONS_MAX } from './limits.ts'

export interface PoolOptions {
  readonly clock: Pick<Clock, 'monotonic' | 'after'>
  readonly idleMs: number
  readonly messagesPerConnection: number
}

interface Idle {
  readonly key: string
  readonly channel: Channel
  readonly sinceMs: number
}

export class ChannelPool {
  readonly #options: PoolOptions
  readonly #busy = new Set<Channel>()
  /** Last in, first out: the freshest is the likeliest to be alive, and the others may grow old and go. */
  readonly #idle = new Map<string, Idle[]>()
  #idleCount = 0
  #cancelCheck: (() => void) | undefined
  #closing = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  get idleCount(): number {
    return this.#idleCount
  }

  get busyCount(): number {
    return this.#busy.size
  }

  /** A new channel, from its first moment, so that its deadline is watched. */
  watch(channel: Channel): void {
    this.#busy.add(channel)
    this.#schedule()
  }

  forget(channel: Channel): void {
    this.#busy.delete(channel)
  }

  take(key: string): Channel | undefined {
    const list = this.#idle.get(key)
    for (let idle = list?.pop(); idle; idle = list?.pop()) {
      this.#idleCount--
      if (list?.length === 0) this.#idle.delete(key)
      if (!idle.channel.usable) continue
      this.#busy.add(idle.channel)
      return idle.channel
    }
    return undefined
  }

  /** Back from work; closed when it has carried enough, when there are too many, or when it broke. */
  give(key: string, channel: Channel): void {
    this.#busy.delete(channel)
    channel.observe(undefined)
    if (!channel.usable) return
    const spent = this.#closing || channel.messages >= this.#options.messagesPerConnection || this.#options.idleMs === 0
    if (spent || this.#idleCount >= IDLE_CONNECTIONS_MAX) return channel.quit()
    const idle = { key, channel, sinceMs: this.#options.clock.monotonic() }
    const list = this.#idle.get(key)
    if (list) list.push(idle)
    else this.#idle.set(key, [idle])
    this.#idleCount++
    this.#schedule()
  }

  /** Idle connections say goodbye; busy ones do so when they come back. */
  close(): void {
    this.#closing = true
    this.#cancelCheck?.()
    this.#cancelCheck = undefined
    for (const list of this.#idle.values()) for (const { channel } of list) channel.quit()
    this.#idle.clear()
    this.#idleCount = 0
    this.#schedule()
  }

  /** Hangs up on everybody, in the middle of a word if need be. */
  abort(): void {
    this.close()
    for (const channel of [...this.#busy]) channel.abort()
  }

  #schedule(): void {
    if (this.#cancelCheck || this.#busy.size + this.#idleCount === 0) return
    this.#cancelCheck = this.#options.clock.after(DEADLINE_CHECK_MS, () => {
      this.#cancelCheck = undefined
      this.#check()
      this.#schedule()
    })
  }

  #check(): void {
    const nowMs = this.#options.clock.monotonic()
    for (const channel of this.#busy) channel.checkDeadline(nowMs)
    for (const [key, list] of this.#idle) {
      const kept = list.filter((idle) => this.#stays(idle, nowMs))
      this.#idleCount -= list.length - kept.length
      if (kept.length > 0) this.#idle.set(key, kept)
      else this.#idle.delete(key)
    }
  }

  #stays({ channel, sinceMs }: Idle, nowMs: number): boolean {
    if (channel.usable && nowMs - sinceMs < this.#options.idleMs) return true
    channel.quit()
    return false
  }
}
