// How a remote mail host behaves: what it offers, and what it says at each moment. Where manners are silent, the host is well-behaved.

import type { Extension, Reply } from '../../mail/protocol/smtp/smtp.ts'
import type { SimulatedRandom } from './random.ts'

/** `message`: the end of the content; what is answered there decides about the whole message. */
export type MomentType = 'greeting' | 'hello' | 'mail' | 'recipient' | 'data' | 'message'

export interface Moment {
  readonly type: MomentType
  readonly nowMs: number
  readonly peerAddress: string
  /** Connections made to this host, this one included. */
  readonly connection: number
  /** Transactions begun on this connection, this one included. */
  readonly transaction: number
  readonly reversePath: string
  /** At `recipient`: the one asked about. */
  readonly recipient: string
  /** Accepted so far. */
  readonly recipients: readonly string[]
  readonly tls: boolean
  readonly random: SimulatedRandom
}

export type Answer =
  | Reply
  /** Hangs up without a word. */
  | { readonly type: 'cut' }
  /** Says nothing any more. */
  | { readonly type: 'silence' }
  /** Only at `message`: takes the message, and hangs up before it can say so. */
  | { readonly type: 'accept-and-cut' }
  /** Thinks for so long, then gives this answer, or its usual one. */
  | { readonly type: 'wait'; readonly ms: number; readonly then?: Answer }

export interface Manners {
  readonly without?: readonly Extension[]
  readonly startTls?: boolean
  readonly sizeBytesMax?: number
  /** More get 421 in place of a greeting. */
  readonly connectionsMax?: number
  /** A (client, sender, recipient) that comes for the first time must come again after so long. */
  readonly greylistMs?: number
  /** Undefined: the usual answer. */
  readonly answer?: (moment: Moment) => Answer | undefined
}
