// The server side of POP3 without a socket: bytes in, events out; verdicts in, bytes out. It frames, checks order and arguments,
// numbers the maildrop, and answers by itself whatever needs nobody else. It never reads a command while one awaits its verdict.

import { assert } from '../../../ground/assert.ts'
import { decodeResponseLine } from '../sasl/sasl.ts'
import { Answers, type ListingVerb, listingLine, type ResponseCode } from './answers.ts'
import { capabilities, type Offer } from './capabilities.ts'
import { type Command, parseCommand, parseNumber } from './command.ts'
import { AUTH_OCTETS_MAX, ERRORS_MAX, INPUT_OCTETS_MAX, NAME_OCTETS_MAX } from './limits.ts'
import { LineReader } from './lines.ts'
import { Maildrop, type MaildropEntry } from './maildrop.ts'
import { MessageEncoder } from './message-encoder.ts'
import type { State } from './states.ts'

export type Pop3Event =
  /** USER and PASS. */
  | { readonly type: 'login'; readonly name: string; readonly password: string }
  | { readonly type: 'auth'; readonly mechanism: string; readonly initial?: Uint8Array }
  | { readonly type: 'auth-response'; readonly response: Uint8Array }
  | { readonly type: 'starttls' }
  /** RETR; with `bodyLines` TOP. */
  | { readonly type: 'retrieve'; readonly number: number; readonly entry: MaildropEntry; readonly bodyLines?: number }
  /** QUIT with an open maildrop: remove these, then answer `updated` or `refuse`. */
  | { readonly type: 'update'; readonly deletedIds: readonly string[] }
  /** Send what there is and hang up. */
  | { readonly type: 'close'; readonly reason: 'quit' | 'errors' }

export type Pop3ServerOptions = Offer

const ENCRYPTION_WANTED =
  'The password would travel in clear. Choose SSL/TLS (port 995) or STARTTLS in the settings of your mail program, then log in'

export class Pop3Server {
  #offer: Offer
  #state: State = 'authorization'
  /** The event handed out that has not been answered. */
  #awaiting: Pop3Event['type'] | undefined
  readonly #lines = new LineReader()
  readonly #answers = new Answers()
  #name: string | undefined
  #maildrop = new Maildrop([])
  #encoder: MessageEncoder | undefined
  #errors = 0

  constructor(options: Pop3ServerOptions) {
    this.#offer = options
    this.#answers.ok('Posthorn POP3 ready')
  }

  get state(): State {
    return this.#state
  }

  // Bytes

  receive(bytes: Uint8Array): void {
    if (this.#state !== 'handshake' && this.#state !== 'over') this.#lines.receive(bytes)
  }

  /** Read no more until commands were worked off. */
  get inputFull(): boolean {
    return this.#lines.pendingOctets >= INPUT_OCTETS_MAX
  }

  get hasOutput(): boolean {
    return !this.#answers.empty
  }

  /** The next piece to send, of bounded size; long listings are made as they are taken. */
  takeOutput(): Uint8Array | undefined {
    return this.#answers.take()
  }

  // Events

  /** The next thing somebody else must do, or `undefined`: send the output first, or bring more input, or answer the last event. */
  next(): Pop3Event | undefined {
    while (!this.#awaiting && this.#state !== 'over' && !this.#answers.full) {
      const line = this.#lines.next()
      if (!line) return undefined
      const event = line.type === 'too-long' ? this.#tooLong() : this.#line(line.bytes)
      if (!event) continue
      if (event.type !== 'close') this.#awaiting = event.type
      return event
    }
    return undefined
  }

  #tooLong(): Pop3Event | undefined {
    if (this.#state === 'exchange') this.#state = 'authorization'
    return this.#fault(`A line may have ${AUTH_OCTETS_MAX} octets at most`)
  }

  #line(bytes: Buffer): Pop3Event | undefined {
    if (this.#state === 'exchange') return this.#exchangeLine(bytes.toString('latin1'))
    const name = this.#name
    this.#name = undefined
    const command = parseCommand(bytes)
    if (typeof command === 'string') return this.#fault(command)
    const { rule } = command
    if (!rule.states.includes(this.#state))
      return this.#fault(this.#state === 'authorization' ? 'Log in first' : 'Not after the login')
    if (rule.verb === 'CAPA') return this.#answers.lines('Capabilities', capabilities(this.#offer))
    return this.#state === 'authorization' ? this.#beforeLogin(command, name) : this.#inTransaction(command)
  }

  // Commands of the AUTHORIZATION state

  /** `name`: of the USER right before; only then PASS may come. */
  #beforeLogin({ rule, rest, words }: Command, name: string | undefined): Pop3Event | undefined {
    switch (rule.verb) {
      case 'USER':
        return this.#user(rest.trim())
      case 'PASS':
        return this.#pass(name, rest)
      case 'APOP':
        return this.#answers.error('APOP is not offered: passwords are stored as hashes. Use USER and PASS, or AUTH')
      case 'AUTH':
        return this.#auth(words[0]?.toUpperCase(), words[1])
      case 'STLS':
        return this.#offer.startTls ? { type: 'starttls' } : this.#fault('STLS is not offered on this connection')
      default:
        return this.#goodbye('Goodbye')
    }
  }

  /** Refused here already, before the password is sent. */
  #user(name: string): Pop3Event | undefined {
    if (!this.#offer.passwords) return this.#answers.error(ENCRYPTION_WANTED, 'SYS/PERM')
    if (name === '' || name.length > NAME_OCTETS_MAX) return this.#fault('USER wants a name')
    this.#name = name
    // The same answer for any name: it tells nobody who exists.
    return this.#answers.ok('Now the password')
  }

  #pass(name: string | undefined, password: string): Pop3Event | undefined {
    if (!this.#offer.passwords) return this.#answers.error(ENCRYPTION_WANTED, 'SYS/PERM')
    return name === undefined ? this.#fault('USER comes first') : { type: 'login', name, password }
  }

  #auth(mechanism: string | undefined, initial: string | undefined): Pop3Event | undefined {
    // A bare AUTH is older than RFC 5034; Outlook sends it, with a space behind, and reads the list.
    if (mechanism === undefined) return this.#answers.lines('Mechanisms', this.#offer.passwords ? this.#offer.mechanisms : [])
    if (!this.#offer.passwords) return this.#answers.error(ENCRYPTION_WANTED, 'SYS/PERM')
    if (!this.#offer.mechanisms.includes(mechanism))
      return this.#answers.error('That mechanism is not offered; CAPA lists those that are')
    if (initial === undefined) return { type: 'auth', mechanism }
    const response = decodeResponseLine(initial)
    if (response.type !== 'response') return this.#fault('The initial response is no base64')
    return { type: 'auth', mechanism, initial: response.bytes }
  }

  #exchangeLine(text: string): Pop3Event | undefined {
    this.#state = 'authorization'
    const response = decodeResponseLine(text)
    if (response.type === 'cancelled') return this.#answers.error('Cancelled')
    return response.type === 'response'
      ? { type: 'auth-response', response: response.bytes }
      : this.#fault('The response is no base64')
  }

  // Commands of the TRANSACTION state

  #inTransaction({ rule, words }: Command): Pop3Event | undefined {
    const maildrop = this.#maildrop
    switch (rule.verb) {
      case 'STAT':
        return this.#answers.ok(`${maildrop.count} ${maildrop.sizeBytes}`)
      case 'LIST':
      case 'UIDL':
        return this.#list(rule.verb, words[0])
      case 'RETR':
        return this.#withMessage(words[0], (number, entry) => ({ type: 'retrieve', number, entry }))
      case 'TOP':
        return this.#top(words[0], words[1])
      case 'DELE':
        return this.#withMessage(words[0], (number) => {
          maildrop.delete(number)
          return this.#answers.ok(`Message ${number} goes when you say QUIT`)
        })
      case 'NOOP':
        return this.#answers.ok('Still here')
      case 'RSET':
        maildrop.restore()
        return this.#answers.ok(`${maildrop.count} messages (${maildrop.sizeBytes} octets)`)
      default:
        this.#state = 'update'
        return { type: 'update', deletedIds: maildrop.deletedIds() }
    }
  }

  #list(verb: ListingVerb, word: string | undefined): Pop3Event | undefined {
    if (word === undefined) return this.#answers.listing(verb, this.#maildrop)
    return this.#withMessage(word, (number, entry) => this.#answers.ok(listingLine(verb, number, entry)))
  }

  #top(word: string | undefined, linesWord: string | undefined): Pop3Event | undefined {
    const bodyLines = parseNumber(linesWord)
    if (bodyLines === undefined) return this.#fault('TOP wants a message number and a number of lines')
    return this.#withMessage(word, (number, entry) => ({ type: 'retrieve', number, entry, bodyLines }))
  }

  #withMessage(
    word: string | undefined,
    then: (number: number, entry: MaildropEntry) => Pop3Event | undefined,
  ): Pop3Event | undefined {
    const number = parseNumber(word)
    if (number === undefined) return this.#fault('A message number is a whole number from 1 on')
    const entry = this.#maildrop.entry(number)
    if (entry) return then(number, entry)
    return this.#answers.error(
      number >= 1 && number <= this.#maildrop.last ? 'That message is marked as deleted' : 'No such message',
    )
  }

  // Verdicts

  /** To `login`, `auth`, `auth-response`: the maildrop as it is now; its numbers hold to the end of the session. */
  loggedIn(entries: readonly MaildropEntry[]): void {
    this.#answered('login', 'auth', 'auth-response')
    this.#maildrop = new Maildrop(entries)
    this.#state = 'transaction'
    this.#answers.ok(`Welcome: ${this.#maildrop.count} messages (${this.#maildrop.sizeBytes} octets)`)
  }

  /** To `auth`, `auth-response`: the mechanism has more to ask. */
  challenge(bytes: Uint8Array): void {
    this.#answered('auth', 'auth-response')
    this.#state = 'exchange'
    this.#answers.challenge(bytes)
  }

  /** To any event that wants an answer: no. After `update` the session is over, with everything still there. */
  refuse(text: string, code?: ResponseCode): void {
    const event = this.#awaiting
    this.#answered('login', 'auth', 'auth-response', 'starttls', 'retrieve', 'update')
    this.#answers.error(text, code)
    if (event === 'update') this.#state = 'over'
  }

  /** To `starttls`: send the output, start TLS, say `tlsStarted`. Commands pipelined behind STLS are not heard (RFC 2595 §4). */
  acceptTls(): void {
    this.#answered('starttls')
    this.#answers.ok('Begin TLS')
    this.#lines.discard()
    this.#state = 'handshake'
  }

  /** The conversation begins anew (RFC 2595 §4): what was said in clear is forgotten, and passwords are welcome. */
  tlsStarted(change: { readonly mechanisms?: readonly string[] } = {}): void {
    assert(this.#state === 'handshake', 'TLS starts after acceptTls')
    this.#state = 'authorization'
    this.#name = undefined
    const { mechanisms = this.#offer.mechanisms } = change
    this.#offer = { ...this.#offer, startTls: false, passwords: true, mechanisms }
  }

  /** To `retrieve`: send the output, then what `encodeMessage` gives for each chunk, then what `endMessage` gives. */
  beginMessage(event: { readonly entry: MaildropEntry; readonly bodyLines?: number }): void {
    assert(this.#awaiting === 'retrieve' && !this.#encoder, 'a message begins once, after retrieve')
    const { bodyLines, entry } = event
    this.#encoder = new MessageEncoder(bodyLines === undefined ? {} : { bodyLines })
    this.#answers.ok(bodyLines === undefined ? `${entry.sizeBytes} octets` : 'Top of message')
  }

  encodeMessage(chunk: Uint8Array): Uint8Array {
    assert(this.#encoder, 'a message was begun')
    return this.#encoder.encode(chunk)
  }

  /** TOP has all the lines it wants. */
  get messageComplete(): boolean {
    return this.#encoder?.complete === true
  }

  /**
   * Only when the whole message was sent. When it breaks off, hang up instead: a client that sees the final "." holds what came
   * for the message, and deletes the original.
   */
  endMessage(): Uint8Array {
    assert(this.#encoder, 'a message was begun')
    const end = this.#encoder.finish()
    this.#encoder = undefined
    this.#answered('retrieve')
    return end
  }

  /** To `update`. */
  updated(removed: number): void {
    this.#answered('update')
    this.#goodbye(removed === 0 ? 'Goodbye' : `Goodbye; ${removed} ${removed === 1 ? 'message' : 'messages'} deleted`)
  }

  /** The server ends the session of its own accord; never while a message is being sent. */
  closing(text: string, code?: ResponseCode): void {
    assert(!this.#encoder, 'no line may stand inside a message')
    this.#answers.error(text, code)
    this.#state = 'over'
  }

  #answered(...types: readonly Pop3Event['type'][]): void {
    assert(this.#awaiting !== undefined && types.includes(this.#awaiting), `this is no answer to ${this.#awaiting ?? 'nothing'}`)
    this.#awaiting = undefined
  }

  /** An answer to something that is no proper POP3; too many of them end the session. */
  #fault(text: string): Pop3Event | undefined {
    this.#errors++
    if (this.#errors < ERRORS_MAX) return this.#answers.error(text)
    this.#answers.error('Too many commands that make no sense')
    this.#state = 'over'
    return { type: 'close', reason: 'errors' }
  }

  #goodbye(text: string): Pop3Event {
    this.#answers.ok(text)
    this.#state = 'over'
    return { type: 'close', reason: 'quit' }
  }
}
