// The Listener and Dialer ports over a net that exists only in virtual time. Every actor has a node with an address; what the way between
// two nodes is like is asked for each connection.

import type { Clock } from '../../ground/ports/clock.ts'
import type {
  Connection,
  DialError,
  Dialer,
  DialOptions,
  ListenError,
  Listener,
  ListenOptions,
  OpenListener,
} from '../../ground/ports/connection.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { type LinkConditions, SimulatedConnection } from './connection.ts'
import type { Life } from './life.ts'
import { never } from './life.ts'
import { WINDOW_BYTES } from './limits.ts'
import type { SimulatedRandom } from './random.ts'

/** `refused`: the host is there, the port is closed. `unreachable`: the net says so. `silent`: nobody says anything. */
export type Reach = 'open' | 'refused' | 'unreachable' | 'silent'

/** A connection that is about to be made. */
export interface Way {
  readonly from: string
  readonly to: string
  readonly port: number
  /** How many were made to that address and port before it. */
  readonly earlier: number
}

export interface Node {
  readonly address: string
  readonly dialer: Dialer
  readonly listener: Listener
}

interface Open {
  readonly options: ListenOptions
  readonly accept: (connection: Connection) => void
  readonly refused: ((connection: Connection) => void) | undefined
  readonly life: Life
  connectionsMax: number
  connections: number
}

const CALM: LinkConditions = { latencyMs: [5, 30], pieceBytesMax: 0, dripMs: 0, windowBytes: WINDOW_BYTES, tls: 'works' }

const FIRST_EPHEMERAL_PORT = 40_000

export class SimulatedNetwork {
  readonly #clock: Clock
  readonly #random: SimulatedRandom
  readonly #listeners = new Map<string, Open[]>()
  readonly #addresses = new Set<string>()
  readonly #reach = new Map<string, Reach>()
  readonly #dials = new Map<string, number>()
  #nextPort = FIRST_EPHEMERAL_PORT
  #underway = 0
  /** What differs from calm weather for this connection. */
  weather: (way: Way, random: SimulatedRandom) => Partial<LinkConditions> = () => ({})
  /** Told whenever bytes are about to arrive somewhere. */
  onPiece: (() => void) | undefined

  constructor(options: { readonly clock: Clock; readonly random: SimulatedRandom }) {
    this.#clock = options.clock
    this.#random = options.random
  }

  /** Connections open or being made. */
  get underway(): number {
    return this.#underway
  }

  setReach(address: string, reach: Reach): void {
    this.#reach.set(address, reach)
  }

  /** An actor's place in the net. When its life ends its listeners are gone and its connections break. */
  node(address: string, life: Life): Node {
    this.#addresses.add(address)
    return {
      address,
      dialer: { dial: (options) => (life.alive ? this.#dial(address, life, options) : never()) },
      listener: { listen: async (options, accept, refused) => this.#listen(address, life, { options, accept, refused }) },
    }
  }

  #listen(address: string, life: Life, wanted: Pick<Open, 'options' | 'accept' | 'refused'>): Result<OpenListener, ListenError> {
    if (!life.alive) return err({ type: 'forbidden', detail: 'the actor is no more' })
    const key = `${address} ${wanted.options.port}`
    const open: Open = { ...wanted, life, connectionsMax: wanted.options.maxConnections, connections: 0 }
    // Several may share a port, as threads do (SO_REUSEPORT).
    const sharing = this.#listeners.get(key) ?? []
    this.#listeners.set(key, sharing)
    sharing.push(open)
    const close = (): void => {
      const at = sharing.indexOf(open)
      if (at >= 0) sharing.splice(at, 1)
    }
    life.atEnd(close)
    return ok({
      port: wanted.options.port,
      renew: () => {},
      limit: (maxConnections) => {
        open.connectionsMax = maxConnections
      },
      close: async () => close(),
    })
  }

  async #dial(from: string, life: Life, options: DialOptions): Promise<Result<Connection, DialError>> {
    const { address, port } = options
    const key = `${address} ${port}`
    const earlier = this.#dials.get(key) ?? 0
    this.#dials.set(key, earlier + 1)
    const conditions = { ...CALM, ...this.weather({ from, to: address, port, earlier }, this.#random) }
    this.#underway++
    const error = await this.#knock(options, conditions, life)
    const listener = error ? undefined : this.#random.pick(this.#listeners.get(key) ?? [])
    if (!life.alive) {
      this.#underway--
      return never()
    }
    if (error || listener === undefined) {
      this.#underway--
      return err(error ?? { type: 'refused', detail: `nobody listens on ${key}` })
    }
    return this.#connect({ from, life, listener, conditions }, options)
  }

  /** The time a connection takes to be made, and what can be in its way. */
  async #knock(
    { address, port, timeoutMs }: DialOptions,
    conditions: LinkConditions,
    life: Life,
  ): Promise<DialError | undefined> {
    const reach = this.#reach.get(address) ?? (this.#addresses.has(address) ? 'open' : 'unreachable')
    const [least, most] = conditions.latencyMs
    const clock = this.#clock
    await clock.sleep(reach === 'silent' ? timeoutMs : 2 * this.#random.between(least, most))
    if (!life.alive || reach === 'open') return undefined
    if (reach === 'silent') return { type: 'timeout', detail: `no connection within ${timeoutMs} ms` }
    return { type: reach, detail: `connect ${reach} ${address}:${port}` }
  }

  async #connect(
    { from, life, listener, conditions }: { from: string; life: Life; listener: Open; conditions: LinkConditions },
    { address, port, tls }: DialOptions,
  ): Promise<Result<Connection, DialError>> {
    if (this.#nextPort > 65_000) this.#nextPort = FIRST_EPHEMERAL_PORT
    const forget: (() => void)[] = []
    const over = (): void => {
      this.#underway--
      listener.connections--
      for (const one of forget) one()
    }
    const link = { clock: this.#clock, random: this.#random, conditions, over, onPiece: () => this.onPiece?.() }
    const pair = SimulatedConnection.pair(link, { address: from, port: this.#nextPort++ }, { address, port })
    forget.push(
      life.atEnd(() => pair.dialer.vanish()),
      listener.life.atEnd(() => pair.listener.vanish()),
    )
    listener.connections++
    this.#accept(listener, pair.listener)
    if (tls === undefined) return ok(pair.dialer)
    const secured = await pair.dialer.startTls(tls)
    return secured.ok ? ok(pair.dialer) : err({ type: 'tls', detail: secured.error })
  }

  #accept(listener: Open, connection: SimulatedConnection): void {
    const { options, accept, refused, connectionsMax } = listener
    const hand = listener.connections > connectionsMax ? (refused ?? ((one: Connection) => one.destroy())) : accept
    if (options.tls !== 'implicit') return void this.#clock.after(0, () => hand(connection))
    void connection.startTls().then((secured) => {
      if (secured.ok) hand(connection)
    })
  }
}
