// What the server core tells its session. An event marked VERDICT holds everything back until it is answered.

import type { AppendTarget, Command } from './command.ts'
import type { FlagList } from './flags.ts'

export type ImapEvent =
  | CommandEvent
  | AppendMessageEvent
  | AppendContentEvent
  | AppendMessageEndEvent
  | AppendEndEvent
  | AppendAbortedEvent
  | AuthResponseEvent
  | AuthCancelledEvent
  | IdleDoneEvent
  | CloseEvent

/** VERDICT: `finish`; for AUTHENTICATE also `challenge`, for IDLE first `continueIdle`. It fits the state, and its syntax is right. */
export interface CommandEvent {
  readonly type: 'command'
  readonly command: Command
}

/** VERDICT: `acceptMessage`, or `refuse`. The message is about to be sent; a client that waits sends it only after `acceptMessage`. */
export interface AppendMessageEvent {
  readonly type: 'append-message'
  readonly target: AppendTarget
  /** False for the second and later messages of one APPEND (RFC 3502): the mailbox is that of the first. */
  readonly first: boolean
  readonly flags: FlagList
  readonly internalDate: InternalDate | undefined
  readonly sizeBytes: number
  /** `~{n}`: octets of any value, NUL included (RFC 3516, and RFC 6855 §4). */
  readonly isLiteral8: boolean
}

/** Of the message accepted last, in order. The bytes are a part of what `receive` got. */
export interface AppendContentEvent {
  readonly type: 'append-content'
  readonly bytes: Uint8Array
}

/** All octets of this message were handed out. */
export interface AppendMessageEndEvent {
  readonly type: 'append-message-end'
}

/** VERDICT: `finish`. The command is complete, its messages are to be stored, all or none. */
export interface AppendEndEvent {
  readonly type: 'append-end'
  readonly target: AppendTarget
}

/** Answered already: after an accepted message the rest was refused or made no sense. Nothing of this command is to be stored. */
export interface AppendAbortedEvent {
  readonly type: 'append-aborted'
}

/** VERDICT: `challenge` or `finish`, as for AUTHENTICATE. */
export interface AuthResponseEvent {
  readonly type: 'auth-response'
  readonly bytes: Uint8Array
}

/** Answered already: the client gave up, or sent no base64. */
export interface AuthCancelledEvent {
  readonly type: 'auth-cancelled'
}

/** VERDICT: `finish`, unless `answered`: then something else than DONE came, and BAD was said. IDLE is over either way. */
export interface IdleDoneEvent {
  readonly type: 'idle-done'
  readonly answered: boolean
}

/** Send the output, then end the connection. No event follows. */
export interface CloseEvent {
  readonly type: 'close'
  readonly reason: CloseReason
}

/** `said`: by `bye`. `overrun`: more octets were announced than can be skipped. */
export type CloseReason = 'logout' | 'said' | 'bad-commands' | 'overrun' | 'input-overflow' | 'other-protocol'

/** `dd-Mon-yyyy hh:mm:ss +zzzz`. */
export interface InternalDate {
  readonly atMs: number
  readonly zoneMinutes: number
}

/** The words of a tagged answer. */
export type Status = 'OK' | 'NO' | 'BAD'
