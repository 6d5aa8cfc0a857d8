// What a dispatcher hands to a way of delivering, and what comes back. Types only: the seam between the queue's side and the network's.

export interface JobRecipient {
  /** The recipient's number within its message. */
  readonly n: number
  readonly address: string
}

/** One message for recipients that share a destination: one attempt. */
export interface RemoteJob {
  /** Domain in A-label form, or an address literal in brackets. */
  readonly destination: string
  /** Empty for `<>`. */
  readonly reversePath: string
  readonly recipients: readonly JobRecipient[]
  readonly sizeBytes: number
  readonly eightBit: boolean
  readonly smtpUtf8: boolean
  /** The content from its first byte, CRLF canonical; may be opened again when another host has to be asked. */
  open(): AsyncIterable<Uint8Array>
}

/** What the last word about a recipient was, and whose. */
export interface OutcomeFacts {
  /** SMTP reply code; 0 when no reply came (no connection, DNS failure). */
  readonly code: number
  /** `5.1.1`: from the reply, or ours when no reply came. */
  readonly enhanced?: string
  /** One line: the reply's text, or ours. */
  readonly text: string
  /** Host the word is about; absent when none was asked. */
  readonly host?: string
}

export type Outcome =
  | ({ readonly type: 'delivered' } & OutcomeFacts)
  | ({ readonly type: 'deferred' } & OutcomeFacts)
  | ({ readonly type: 'failed' } & OutcomeFacts)

export interface TranscriptLine {
  /** Milliseconds since 1970. */
  readonly at: number
  /** `out` is ours; lines in parentheses are notes of ours that were not sent. */
  readonly direction: 'in' | 'out'
  readonly line: string
}

export interface HoldDestination {
  readonly untilMs: number
  readonly reason: string
}

export interface AttemptReport {
  /** One entry for every recipient of the job, in its order. */
  readonly recipients: readonly { readonly n: number; readonly outcome: Outcome }[]
  /** The host that had the last word. */
  readonly host?: string
  readonly transcript: readonly TranscriptLine[]
  /** `TLSv1.3 TLS_AES_256_GCM_SHA384`; absent in clear. */
  readonly tls?: string
  /** Nothing else for this destination before then: the trouble is the destination's, not the message's. */
  readonly holdDestination?: HoldDestination
}

/** A way to other hosts. Expected never to reject; if it does, the attempt is a deferral. */
export interface RemoteDeliverer {
  attempt(job: RemoteJob): Promise<AttemptReport>
}
