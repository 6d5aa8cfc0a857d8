// The Connection port between two actors of the simulated world: bytes take time, come in other pieces than they were sent in, wait when
// the reader does not read, and can be cut off at any one of them.

import { assert } from '../../ground/assert.ts'
import type { Clock } from '../../ground/ports/clock.ts'
import type { Connection, ConnectionEnd, ConnectionHandler, Endpoint, TlsFacts } from '../../ground/ports/connection.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { HANDSHAKE_TIMEOUT_MS } from './limits.ts'
import type { SimulatedRandom } from './random.ts'

export interface LinkConditions {
  /** One way; drawn for each piece, in order nevertheless. */
  readonly latencyMs: readonly [least: number, most: number]
  /** Bytes are handed out in pieces of 1 to so many; 0: as they were written. */
  readonly pieceBytesMax: number
  /** Between pieces: a slow drip. */
  readonly dripMs: number
  /** Bytes on their way before `write` answers false. */
  readonly windowBytes: number
  /** The connection breaks when so many bytes have arrived there. */
  readonly cutAfter?: { readonly atDialer?: number; readonly atListener?: number }
  readonly tls: 'works' | 'fails' | 'hangs'
}

export type Side = 'dialer' | 'listener'

/** What both halves share. */
export interface Link {
  readonly clock: Clock
  readonly random: SimulatedRandom
  readonly conditions: LinkConditions
  /** Called once, when both halves have ended. */
  readonly over: () => void
  readonly onPiece: () => void
}

const TLS: Omit<TlsFacts, 'serverName'> = { protocol: 'TLSv1.3', cipher: 'SIMULATED', verified: false }

export class SimulatedConnection implements Connection {
  readonly local: Endpoint
  readonly remote: Endpoint
  readonly side: Side
  tls: TlsFacts | undefined
  /** Written by this side so far, and read by the other side so far. */
  sentBytes = 0
  deliveredBytes = 0
  readonly #link: Link
  #peer: SimulatedConnection | undefined
  #handler: ConnectionHandler | undefined
  /** Arrived and not handed out. */
  #inbox: Uint8Array[] = []
  #arrivedBytes = 0
  #onTheWayBytes = 0
  #lastArrivalMs = 0
  #paused = false
  #full = false
  #dead = false
  #finSent = false
  #finArrivedThere = false
  #finArrived = false
  #finTold = false
  #idleMs = 0
  #activeAtMs = 0
  #cancelIdle: (() => void) | undefined
  #handshake: ((outcome: Result<TlsFacts, string>) => void) | undefined
  #serverName: string | undefined

  constructor(link: Link, side: Side, ends: { readonly local: Endpoint; readonly remote: Endpoint }) {
    this.#link = link
    this.side = side
    this.local = ends.local
    this.remote = ends.remote
  }

  static pair(link: Link, dialer: Endpoint, listener: Endpoint): { dialer: SimulatedConnection; listener: SimulatedConnection } {
    const one = new SimulatedConnection(link, 'dialer', { local: dialer, remote: listener })
    const other = new SimulatedConnection(link, 'listener', { local: listener, remote: dialer })
    one.#peer = other
    other.#peer = one
    return { dialer: one, listener: other }
  }

  get isOver(): boolean {
    return this.#dead
  }

  handle(handler: ConnectionHandler): void {
    this.#handler = handler
    // The port promises that no byte is lost between receiving the connection and this call, not that one comes during it.
    if (this.#inbox.length > 0) this.#link.clock.after(0, () => this.#read())
  }

  write(data: Uint8Array | string): boolean {
    if (this.#dead || this.#finSent) return true
    const bytes = typeof data === 'string' ? Buffer.from(data) : Buffer.from(data)
    this.sentBytes += bytes.length
    this.#onTheWayBytes += bytes.length
    this.#touch()
    for (let at = 0; at < bytes.length; ) {
      const length = Math.min(bytes.length - at, this.#pieceBytes())
      const piece = bytes.subarray(at, at + length)
      this.#arrival((peer) => peer.#arrive(piece), at > 0 ? this.#link.conditions.dripMs : 0)
      at += length
    }
    this.#full = this.#onTheWayBytes > this.#link.conditions.windowBytes
    return !this.#full
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#link.clock.after(0, () => this.#read())
  }

  startTls(options: { readonly serverName?: string } = {}): Promise<Result<TlsFacts, string>> {
    assert(this.tls === undefined && this.#handshake === undefined, 'TLS is started once')
    if (this.#dead) return Promise.resolve(err('the connection is over'))
    // What came in clear after the command belongs to nobody (RFC 3207 §4.2).
    this.#inbox = []
    this.#serverName = options.serverName
    return new Promise((resolve) => {
      this.#handshake = resolve
      this.#link.clock.after(HANDSHAKE_TIMEOUT_MS, () => this.#shaken(err('no TLS handshake in time')))
      const peer = this.#peer
      if (peer === undefined || peer.#handshake === undefined || this.#link.conditions.tls === 'hangs') return
      const outcome = this.#link.conditions.tls
      this.#arrival((other) => {
        other.#shakenBy(outcome)
        this.#shakenBy(outcome)
      }, this.#latency())
    })
  }

  end(): void {
    if (this.#dead || this.#finSent) return
    this.#finSent = true
    this.#arrival((peer) => {
      peer.#arriveFin()
      this.#finArrivedThere = true
      this.#closeWhenDone()
    })
  }

  /** The peer hears of it as an orderly end or as a reset: both happen. */
  destroy(): void {
    if (this.#dead) return
    const orderly = this.#link.random.oneIn(2)
    this.#arrival((peer) => (orderly ? peer.#arriveFin() : peer.break('reset')))
    this.#die('aborted')
  }

  /** The actor on this side is no more. What it sent may arrive up to any byte; then the peer hears a reset. */
  vanish(): void {
    if (this.#dead) return
    const peer = this.#peer
    this.#handler = undefined
    this.#die('aborted')
    this.#link.clock.after(this.#link.random.below(2 * this.#latency() + 1), () => peer?.break('reset'))
  }

  idleTimeout(ms: number): void {
    this.#idleMs = ms
    this.#touch()
    this.#watchIdle()
  }

  /** Ends this half at once, as a fault on the way does. */
  break(end: ConnectionEnd, detail?: string): void {
    this.#die(end, detail)
  }

  // What comes from the other side

  #arrive(piece: Uint8Array): void {
    this.#link.onPiece()
    if (this.#dead) return void this.#peer?.break('reset', 'sent to a connection that is over')
    // Bytes in clear are no ClientHello.
    if (this.#handshake) return this.#shaken(err('wrong version number'))
    const { cutAfter } = this.#link.conditions
    const limit = (this.side === 'dialer' ? cutAfter?.atDialer : cutAfter?.atListener) ?? Number.POSITIVE_INFINITY
    const rest = limit - this.#arrivedBytes
    this.#arrivedBytes += piece.length
    if (rest > 0) this.#inbox.push(rest < piece.length ? piece.subarray(0, rest) : piece)
    this.#read()
    if (this.#arrivedBytes < limit) return
    this.break('reset', 'the connection was cut on its way')
    this.#peer?.break('reset', 'the connection was cut on its way')
  }

  #arriveFin(): void {
    if (this.#dead) return
    this.#finArrived = true
    this.#read()
  }

  #read(): void {
    // During a handshake bytes in clear are nobody's.
    while (!this.#dead && !this.#paused && this.#handler && !this.#handshake && this.#inbox.length > 0) {
      const piece = this.#inbox.shift() as Uint8Array
      this.#touch()
      if (this.#peer) this.#peer.#consumed(piece.length)
      this.#handler.data(piece)
    }
    if (this.#dead || !this.#finArrived || this.#finTold || this.#inbox.length > 0 || !this.#handler || this.#paused) return
    this.#finTold = true
    this.#handler.ended()
    this.#closeWhenDone()
    if (this.#handshake) this.#shaken(err('the peer hung up during the TLS handshake'))
  }

  /** Bytes of ours that the other side has read. */
  #consumed(bytes: number): void {
    this.deliveredBytes += bytes
    this.#onTheWayBytes -= bytes
    if (!this.#full || this.#dead || this.#onTheWayBytes > this.#link.conditions.windowBytes / 2) return
    this.#full = false
    this.#link.clock.after(0, () => {
      if (!this.#dead) this.#handler?.drained()
    })
  }

  #closeWhenDone(): void {
    if (this.#finTold && this.#finArrivedThere) this.#die('closed')
  }

  // Time

  #arrival(what: (peer: SimulatedConnection) => void, extraMs = 0): void {
    const { clock } = this.#link
    const at = Math.max(this.#lastArrivalMs, clock.monotonic() + this.#latency()) + extraMs
    this.#lastArrivalMs = at
    const peer = this.#peer
    clock.after(at - clock.monotonic(), () => {
      if (peer) what(peer)
    })
  }

  #latency(): number {
    return this.#link.random.between(...this.#link.conditions.latencyMs)
  }

  #pieceBytes(): number {
    const { pieceBytesMax } = this.#link.conditions
    return pieceBytesMax === 0 ? Number.POSITIVE_INFINITY : this.#link.random.between(1, pieceBytesMax)
  }

  #touch(): void {
    this.#activeAtMs = this.#link.clock.monotonic()
    if (this.#idleMs > 0 && this.#cancelIdle === undefined) this.#watchIdle()
  }

  /** One timer for all activity: when it fires it looks how long it has really been silent. */
  #watchIdle(): void {
    this.#cancelIdle?.()
    this.#cancelIdle = undefined
    if (this.#dead || this.#idleMs === 0) return
    const waitMs = this.#activeAtMs + this.#idleMs - this.#link.clock.monotonic()
    this.#cancelIdle = this.#link.clock.after(waitMs, () => {
      this.#cancelIdle = undefined
      if (this.#link.clock.monotonic() - this.#activeAtMs < this.#idleMs) return this.#watchIdle()
      if (this.#handler?.idle) this.#handler.idle()
      else this.#die('timeout')
    })
  }

  // TLS

  #shakenBy(outcome: LinkConditions['tls']): void {
    if (outcome === 'works') {
      const facts = this.#serverName === undefined ? TLS : { ...TLS, serverName: this.#serverName }
      if (!this.#dead) this.tls = facts
      this.#shaken(ok(facts))
    } else this.#shaken(err('the handshake failed: no shared cipher'))
  }

  #shaken(outcome: Result<TlsFacts, string>): void {
    const resolve = this.#handshake
    if (resolve === undefined) return
    this.#handshake = undefined
    resolve(outcome)
    if (!outcome.ok) this.#die('tls', outcome.error)
    else this.#read()
  }

  #die(end: ConnectionEnd, detail?: string): void {
    if (this.#dead) return
    this.#dead = true
    this.#cancelIdle?.()
    this.#inbox = []
    this.#shaken(err(detail ?? 'the connection ended'))
    const handler = this.#handler
    this.#handler = undefined
    // Like a socket's `close`: never in the turn of the call that ended it.
    this.#link.clock.after(0, () => handler?.closed(end, detail))
    if (this.#peer?.isOver !== false) this.#link.over()
  }
}
