// What a command comes to: the tagged answer, and what may be told before it.

import type { Status } from '../../../mail/protocol/imap/imap.ts'

/**
 * `all` that changed; no `EXPUNGE` where message numbers must hold (RFC 9051 §7.5.1); or nothing at all.
 */
export type Telling = 'all' | 'no-expunge' | 'nothing'

export interface Outcome {
  readonly status: Status
  readonly text: string
  /** Without brackets. */
  readonly code?: string
  readonly tell?: Telling
}

/** `gone`: the client is, or what it was sent cannot be sent to its end. The connection is cut. */
export type Done = Outcome | 'gone'

export function done(text: string, more: Partial<Outcome> = {}): Outcome {
  return { status: 'OK', text, ...more }
}

export function no(text: string, code: string): Outcome {
  return { status: 'NO', text, code }
}
