// The queue's values, as others see them. What is a 0 or a 1, or null, in a table is a boolean, or absent, here.

import type { MessageSource } from './queue.tables.ts'
import type { RecipientState } from './states.ts'

export interface RecipientKey {
  readonly org: number
  readonly messageId: string
  readonly n: number
}

export interface NewMessage {
  readonly org: number
  readonly id: string
  /** Put in the same procedure, with one reference for the queue exactly if `openRecipients` is above 0. */
  readonly contentId: string
  /** `<>` is empty. */
  readonly reversePath: string
  readonly headerMessageId?: string
  readonly subject: string
  readonly sizeBytes: number
  readonly eightBit: boolean
  readonly smtpUtf8: boolean
  readonly source: MessageSource
  readonly peerAddress?: string
  readonly helo?: string
  /** `ESMTPSA`. */
  readonly protocol?: string
  readonly authAddress?: string
  /** `TLSv1.3 TLS_AES_256_GCM_SHA384`. */
  readonly tls?: string
  readonly receivedAt: number
  readonly expiresAt: number
  /** When the sender is told that it is late; absent: never. */
  readonly delayNoticeAt?: number
  /** How many recipients are inserted as `scheduled` in the same procedure. */
  readonly openRecipients: number
}

export interface NewRecipient {
  readonly org: number
  readonly messageId: string
  /** From 0, unique within the message. */
  readonly n: number
  readonly address: string
  /** Before an alias changed it. */
  readonly originalAddress?: string
  /** Domain in A-label form, or an address literal in brackets. */
  readonly destination: string
  /** `delivered`: it went into a mailbox in this very commit. */
  readonly state: 'scheduled' | 'delivered'
  readonly at: number
  /** First attempt; `at` when absent. */
  readonly dueAt?: number
}

export interface Message {
  readonly org: number
  readonly id: string
  readonly contentId: string
  readonly reversePath: string
  readonly headerMessageId?: string
  readonly subject: string
  readonly sizeBytes: number
  readonly eightBit: boolean
  readonly smtpUtf8: boolean
  readonly source: MessageSource
  readonly peerAddress?: string
  readonly helo?: string
  readonly protocol?: string
  readonly authAddress?: string
  readonly tls?: string
  readonly receivedAt: number
  readonly expiresAt: number
  readonly openRecipients: number
  readonly finishedAt?: number
}

export interface LastReply {
  /** 0 when no reply came. */
  readonly code: number
  readonly enhanced?: string
  readonly text: string
  readonly host?: string
}

export interface Recipient {
  readonly org: number
  readonly messageId: string
  readonly n: number
  readonly address: string
  readonly originalAddress?: string
  readonly destination: string
  readonly state: RecipientState
  /** Meaningful while scheduled. */
  readonly dueAt: number
  readonly attempts: number
  readonly lastReply?: LastReply
  readonly lastAttemptAt?: number
  readonly finishedAt?: number
  /** Of one that is scheduled: nothing goes to its destination before this moment, which is after `dueAt`; it may be over by now. */
  readonly restsUntil?: number
}

/** One open recipient with what a list of the queue shows of its message. */
export interface QueueEntry extends Recipient {
  readonly reversePath: string
  readonly subject: string
  readonly sizeBytes: number
  readonly receivedAt: number
  readonly expiresAt: number
}

/** All conditions that are given must hold; `{}` is everything open. */
export interface QueueFilter {
  readonly org?: number
  readonly messageId?: string
  readonly destination?: string
  /** Sender; '' is the null sender. */
  readonly reversePath?: string
  /** Recipient. */
  readonly address?: string
  readonly state?: 'scheduled' | 'active' | 'held'
  /** Received before this moment. */
  readonly receivedBefore?: number
}

/** A recipient at the start of an attempt, with what delivering it takes. */
export interface Claimed {
  readonly org: number
  readonly messageId: string
  readonly n: number
  readonly address: string
  readonly originalAddress?: string
  readonly destination: string
  /** This attempt's number, from 1. */
  readonly attempt: number
  readonly contentId: string
  readonly reversePath: string
  readonly sizeBytes: number
  readonly eightBit: boolean
  readonly smtpUtf8: boolean
  readonly source: MessageSource
  readonly receivedAt: number
  readonly expiresAt: number
}
