// What goes between the threads that call and the thread that writes: lists of calls one way, lists of answers the other.

import type { StoreError } from '../../store.ts'

/** The part of a MessagePort that is used. */
export interface StorePort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void
  /** `message` and `close`. */
  on(event: string, listener: (message: AnswerMessage) => void): unknown
  close(): void
}

export type CallMessage = readonly PostedCall[]

export interface PostedCall {
  /** Unique among the calls of its port that are under way. */
  readonly id: number
  readonly procedure: string
  readonly args: unknown
  readonly sizeBytes: number
}

export type AnswerMessage = readonly PostedAnswer[]

export type PostedAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: StoreError }
