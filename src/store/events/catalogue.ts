// The closed catalogue of what can happen to a message on its way. `docs/events.md` tells each of them to people.

/** How a message came in. */
export type Source = 'mx' | 'submission' | 'api' | 'report' | 'command'

/** What a remote host answered. */
export interface RemoteReply {
  readonly code: number
  /** `5.1.1`; absent when the host sent none. */
  readonly enhanced?: string
  /** Lines joined by a line feed. */
  readonly text: string
}

/** One line of the talk with a remote host. */
export interface TranscriptLine {
  readonly at: number
  readonly direction: 'in' | 'out'
  readonly line: string
}

/** The message was accepted: it is ours, and the sender has been told so. */
export interface Received {
  readonly type: 'received'
  readonly source: Source
  readonly sizeBytes: number
  /** Empty for a report. */
  readonly reversePath: string
  readonly recipientCount: number
  readonly peerAddress?: string
  readonly helo?: string
  /** `ESMTPSA` and so on (RFC 3848). */
  readonly protocol?: string
  readonly tls?: string
  /** Who signed in. */
  readonly account?: string
  readonly subject?: string
  readonly headerMessageId?: string
  /** Of a report: the message it tells of. */
  readonly about?: string
}

/** The recipient waits in the queue for a host. */
export interface Queued {
  readonly type: 'queued'
  readonly destination: string
  readonly dueAt: number
}

/** A remote host was tried; the event that follows says what came of it. */
export interface Attempted {
  readonly type: 'attempted'
  readonly attempt: number
  readonly host?: string
  readonly address?: string
  readonly tls?: string
  readonly durationMs?: number
  readonly transcript?: readonly TranscriptLine[]
}

/** Not now: it will be tried again. */
export interface Deferred {
  readonly type: 'deferred'
  readonly attempt: number
  readonly dueAt: number
  /** Absent when no host answered. */
  readonly reply?: RemoteReply
  /** Why, in our words: `connection refused`, `no answer from DNS`. */
  readonly reason: string
  readonly host?: string
}

/** The remote host took it over, or it lies in the mailbox. Final. */
export interface Delivered {
  readonly type: 'delivered'
  readonly to: 'remote' | 'mailbox'
  readonly reply?: RemoteReply
  readonly host?: string
  readonly tls?: string
  readonly attempt?: number
  readonly mailboxId?: string
  readonly uid?: number
}

/** Refused for good. Final. */
export interface Bounced {
  readonly type: 'bounced'
  readonly reply?: RemoteReply
  readonly reason: string
  readonly host?: string
  readonly attempt?: number
}

/** Given up: its time ran out. Final. */
export interface Expired {
  readonly type: 'expired'
  readonly reason: string
  readonly attempts: number
}

/** A person (or a rule) stopped it in the queue. */
export interface Held {
  readonly type: 'held'
  readonly by: string
  readonly reason?: string
}

/** It may go on. */
export interface Released {
  readonly type: 'released'
  readonly by: string
}

/** A person asked for an attempt now. */
export interface Retried {
  readonly type: 'retried'
  readonly by: string
}

/** Taken out of the queue without delivery and without a report. Final. */
export interface Dropped {
  readonly type: 'dropped'
  readonly by: string
  readonly reason?: string
}

/** The sender was told that it takes longer. */
export interface DelayNotified {
  readonly type: 'delay-notified'
  /** The report's message in our queue. */
  readonly reportId: string
}

/** A report (DSN) was made and queued for the sender. */
export interface ReportSent {
  readonly type: 'report-sent'
  readonly reportId: string
  readonly kind: 'failed' | 'delayed' | 'relayed' | 'delivered' | 'expanded'
}

/** No report was made, on purpose: the sender is empty, or did not want one. */
export interface ReportSuppressed {
  readonly type: 'report-suppressed'
  readonly kind: 'failed' | 'delayed' | 'relayed' | 'delivered' | 'expanded'
  readonly reason: string
}

export type JourneyEvent =
  | Received
  | Queued
  | Attempted
  | Deferred
  | Delivered
  | Bounced
  | Expired
  | Held
  | Released
  | Retried
  | Dropped
  | DelayNotified
  | ReportSent
  | ReportSuppressed

export type EventType = JourneyEvent['type']

/** Every type, with whether it ends a recipient's journey: an accepted recipient reaches exactly one final event. */
export const EVENT_TYPES: Readonly<Record<EventType, { readonly final: boolean }>> = {
  received: { final: false },
  queued: { final: false },
  attempted: { final: false },
  deferred: { final: false },
  delivered: { final: true },
  bounced: { final: true },
  expired: { final: true },
  held: { final: false },
  released: { final: false },
  retried: { final: false },
  dropped: { final: true },
  'delay-notified': { final: false },
  'report-sent': { final: false },
  'report-suppressed': { final: false },
}
