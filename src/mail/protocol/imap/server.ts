// The server side of IMAP without I/O: bytes in, events out; answers in, bytes out. It knows grammar, order and limits, no store.

import { assert } from '../../../ground/assert.ts'
import { capabilityWords, type Offer, type State } from './capabilities.ts'
import type { Extension } from './command.ts'
import type { ImapEvent } from './events.ts'
import { ResponseWriter } from './response-writer.ts'

export interface ImapServerOptions extends Offer {
  /** Said in the greeting and in BYE. */
  readonly hostname: string
}

/** `code` without its brackets: `TRYCREATE`, `APPENDUID 1 2`. */
export interface Answer {
  readonly code?: string
  readonly text?: string
}

export type Status = 'OK' | 'NO' | 'BAD'

export class ImapServer {
  /** Untagged responses are written here, whole lines only; see `responses.ts`. */
  readonly out = new ResponseWriter()
  #options: ImapServerOptions
  #state: State = 'not-authenticated'

  constructor(options: ImapServerOptions) {
    this.#options = options
  }

  /** `* OK [CAPABILITY …]`; commands are not read before it. */
  greet(text?: string): void {
    assert(false, `not there: ${text}`)
  }

  /** The bytes are the core's from now on: nobody may write to them. */
  receive(bytes: Uint8Array): void {
    assert(false, `not there: ${bytes.length}`)
  }

  /** The next event; undefined when an answer or more input is needed. */
  next(): ImapEvent | undefined {
    return undefined
  }

  /** The next piece to send; undefined when there is none. */
  takeOutput(): Uint8Array | undefined {
    return this.out.take()
  }

  /** False: stop reading the connection until answers have caught up. */
  get wantsInput(): boolean {
    return true
  }

  get state(): State {
    return this.#state
  }

  isEnabled(extension: Extension): boolean {
    assert(false, `not there: ${extension}`)
    return false
  }

  /** `CAPABILITY IMAP4rev1 …` as it is now: for the code of a tagged OK to LOGIN. */
  get capabilityCode(): string {
    return `CAPABILITY ${capabilityWords(this.#state, this.#options).join(' ')}`
  }

  /** `* text`: ASCII, one line. */
  untagged(text: string): void {
    this.out.ascii('* ').ascii(text).crlf()
  }

  /** The tagged answer to the command under way. OK to STARTTLS: send the output, do the handshake, call `tlsStarted`. */
  finish(tag: string, status: Status, answer: Answer = {}): void {
    assert(false, `not there: ${tag} ${status} ${answer.text}`)
  }

  /** To IDLE: `+ idling`. From now on untagged responses may be written until `idle-done`. */
  continueIdle(text = 'idling'): void {
    assert(false, `not there: ${text}`)
  }

  /** To AUTHENTICATE and `auth-response`. */
  challenge(bytes: Uint8Array): void {
    assert(false, `not there: ${bytes.length}`)
  }

  /** To `append-message`: send it. */
  acceptMessage(): void {
    assert(false, 'not there')
  }

  /** To `append-message`, and at any time until `append-end`: what still comes of the command is skipped, this is its answer. */
  refuse(status: 'NO' | 'BAD', answer: Answer): void {
    assert(false, `not there: ${status} ${answer.text}`)
  }

  /** The login was right; say it before `finish`. */
  authenticated(): void {
    this.#state = 'authenticated'
  }

  /** A mailbox is open; say it before `finish`. */
  selected(mailbox: { readonly readOnly: boolean }): void {
    assert(false, `not there: ${mailbox.readOnly}`)
  }

  /** None is open any more. */
  unselected(): void {
    this.#state = 'authenticated'
  }

  /** Turns them on, and writes `* ENABLED` if `told` (to ENABLE); otherwise they are implied by another command. */
  enable(extensions: readonly Extension[], how: 'told' | 'implied'): void {
    assert(false, `not there: ${extensions.length} ${how}`)
  }

  /** After the handshake: everything said in clear is forgotten. */
  tlsStarted(change: { readonly mechanisms?: readonly string[] } = {}): void {
    this.#options = { ...this.#options, startTls: false, passwords: true, ...change }
  }

  /** After OK to COMPRESS: what was received behind it is compressed already, and is the caller's to inflate. */
  takeUnread(): Uint8Array {
    return new Uint8Array()
  }

  /** `* BYE`; a close event follows. */
  bye(text: string, code?: string): void {
    assert(false, `not there: ${text} ${code}`)
  }
}
