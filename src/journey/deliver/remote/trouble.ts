// What can go wrong between a host and us, as values. What follows from it is decided in outcome.ts alone.

import type { DialError } from '../../../ground/ports/connection.ts'
import type { Phase, Reply } from '../../../mail/protocol/smtp/smtp.ts'

/** What ends a connection before the work is done. */
export type ChannelTrouble =
  /** Greeting or EHLO refused. */
  | { readonly type: 'refused'; readonly phase: Phase; readonly reply: Reply }
  /** 421. */
  | { readonly type: 'channel'; readonly phase: Phase; readonly reply: Reply }
  | { readonly type: 'protocol'; readonly phase: Phase; readonly detail: string }
  | { readonly type: 'lost'; readonly phase: Phase; readonly detail: string }
  | { readonly type: 'timeout'; readonly phase: Phase }
  /** We could not read the content, or it was not as content must be. */
  | { readonly type: 'content'; readonly detail: string }

export type Trouble =
  | ChannelTrouble
  | { readonly type: 'dial'; readonly error: DialError }
  | { readonly type: 'tls-failed'; readonly detail: string }
  | { readonly type: 'tls-missing' }
  | { readonly type: 'login'; readonly detail: string; readonly reply?: Reply }
  | { readonly type: 'cannot-carry'; readonly what: 'eight-bit' | 'smtputf8' | 'size'; readonly detail: string }
