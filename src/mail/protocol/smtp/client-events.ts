// What an SMTP client tells whoever drives it.

import type { Phase } from './client-limits.ts'
import type { TransactionResult } from './client-transaction.ts'
import type { Reply } from './reply.ts'

/** After it the connection is of no more use. */
export type ClientFailure =
  /** The server does not want to talk: about this host, not about a message. */
  | { readonly type: 'refused'; readonly phase: Phase; readonly reply: Reply }
  /** 421: the server closes the channel (RFC 5321 §3.8). */
  | { readonly type: 'channel'; readonly phase: Phase; readonly reply: Reply }
  /** What came is not SMTP, or not an answer to anything asked. */
  | { readonly type: 'protocol'; readonly phase: Phase; readonly detail: string }

export type ClientEvent =
  /** EHLO is answered: start TLS, log in, begin a transaction or say goodbye. */
  | { readonly type: 'ready' }
  /** Do the handshake now, then call `secured`. */
  | { readonly type: 'tls-agreed' }
  | { readonly type: 'tls-refused'; readonly reply: Reply }
  | { readonly type: 'authenticated' }
  | { readonly type: 'auth-refused'; readonly reply: Reply | undefined }
  /** At least one recipient is accepted: call `content`, then `endContent`. */
  | { readonly type: 'content-wanted' }
  /** `reusable` false: the answer came before the content's end, so the stream is no longer in step. */
  | { readonly type: 'done'; readonly result: TransactionResult; readonly reusable: boolean }
  | { readonly type: 'failed'; readonly failure: ClientFailure }
  | { readonly type: 'goodbye' }

/** For a transcript. Lines without CR LF; nothing secret is ever told. */
export interface ClientObserver {
  sent(line: string): void
  received(reply: Reply): void
}
