// The server side of IMAP without I/O: bytes in, events out; answers in, bytes out. It knows grammar, order and limits, no store.

import { assert } from '../../../ground/assert.ts'
import { decodeResponseLine, encodeBase64 } from '../sasl/sasl.ts'
import { type Aftermath, type Answer, Answers, type Refusal } from './answers.ts'
import { Appending, type AppendStep } from './appending.ts'
import { capabilityWords, type State } from './capabilities.ts'
import type { Command, Extension } from './command.ts'
import { CommandReader, type Frame, type LiteralHeader } from './command-reader.ts'
import type { Problem } from './cursor.ts'
import type { CloseReason, ImapEvent, Status } from './events.ts'
import { InputBuffer } from './input.ts'
import * as limits from './limits.ts'
import { type Parsed, parseCommand, tagOf } from './parse-command.ts'
import { ResponseWriter } from './response-writer.ts'
import { BOUNDS_BEFORE_LOGIN, type ImapServerOptions, Session } from './session.ts'

/**
 * What the next octets are. `rest`: what comes behind a message. `skipping`: what is left of a refused command. `tls`: OK to STARTTLS
 * was given, the handshake is under way.
 */
type Mode = 'greeting' | 'commands' | 'auth' | 'idle' | 'content' | 'rest' | 'skipping' | 'tls' | 'closed'

/** Modes in which no line is read. */
const SILENT: ReadonlySet<Mode> = new Set<Mode>(['greeting', 'content', 'tls', 'closed'])

/** A TLS handshake on a port that speaks in clear first; no command begins so. */
const TLS_HANDSHAKE = 0x16

export class ImapServer {
  /** Untagged responses are written here, whole ones only; see `responses.ts`. */
  readonly out = new ResponseWriter()
  readonly #input = new InputBuffer()
  readonly #reader = new CommandReader(this.#input, BOUNDS_BEFORE_LOGIN)
  readonly #answers = new Answers(this.out, this.#reader)
  readonly #session: Session
  /** Octets of the input that were looked at and are not enough. */
  #keptBytes = 0
  #mode: Mode = 'greeting'
  #awaiting: ImapEvent | undefined = undefined
  /** Events that need no answer and wait to be handed out. */
  #told: ImapEvent[] = []
  /** The command under way. */
  #tag = ''
  #command: Command['name'] | 'APPEND' = 'NOOP'
  /** Literals of the command that is being read. */
  #literals = 0
  #appending: Appending | undefined = undefined

  constructor(options: ImapServerOptions) {
    this.#session = new Session(options)
  }

  /** `* OK [CAPABILITY …]`. Commands are not read before it. To refuse the connection say `bye` instead. */
  greet(text = `${this.#session.hostname} is ready`): void {
    if (this.#mode === 'closed') return
    assert(this.#mode === 'greeting', 'greeted twice')
    this.#mode = 'commands'
    this.#answers.say('*', 'OK', { code: this.capabilityCode, text })
  }

  /** The bytes are the core's from now on: nobody may write to them. */
  receive(bytes: Uint8Array): void {
    // What comes in clear around the TLS handshake is not from whom we will talk to (RFC 3501 §6.2.1).
    if (this.#mode === 'closed' || this.#mode === 'tls' || bytes.length === 0) return
    if (!this.#input.receive(bytes)) this.#end('input-overflow', 'Too much at once: wait for answers')
  }

  /** The next event; undefined when an answer or more input is needed. */
  next(): ImapEvent | undefined {
    const event = this.#next()
    // A command that is not complete needs more input, however much of it is here.
    this.#keptBytes = event === undefined && this.#awaiting === undefined ? this.#input.unreadBytes : 0
    return event
  }

  /** The next piece to send; undefined when there is none. */
  takeOutput(): Uint8Array | undefined {
    return this.out.take()
  }

  /** False: stop reading the connection until `next` and the answers have caught up. */
  get wantsInput(): boolean {
    return this.#mode !== 'closed' && this.#input.unreadBytes - this.#keptBytes < limits.INPUT_OCTETS_HIGH
  }

  get state(): State {
    return this.#session.state
  }

  get readOnly(): boolean {
    return this.#session.readOnly
  }

  isEnabled(extension: Extension): boolean {
    return this.#session.enabled.has(extension)
  }

  /** Mailbox names go out as UTF-8 (RFC 6855 §3, RFC 9051 §5.1). */
  get utf8(): boolean {
    return this.isEnabled('UTF8=ACCEPT') || this.isEnabled('IMAP4REV2')
  }

  /** `CAPABILITY IMAP4rev1 …` as it is now: for the code of the tagged OK to LOGIN. */
  get capabilityCode(): string {
    return `CAPABILITY ${capabilityWords(this.#session.state, this.#session.offer).join(' ')}`
  }

  // Answers

  /** `* text`: ASCII, one line. */
  untagged(text: string): void {
    this.out.ascii('* ').ascii(text).crlf()
  }

  /** The tagged answer to what is under way. After OK to STARTTLS send the output, do the handshake, call `tlsStarted`. */
  finish(tag: string, status: Status, answer: Answer = {}): void {
    if (this.#mode === 'closed') return
    assert(this.#awaiting !== undefined && this.#awaiting.type !== 'append-message', 'nothing to finish')
    assert(tag === this.#tag, `${this.#tag} is under way, not ${tag}`)
    this.#awaiting = undefined
    this.#appending = undefined
    const login = this.#command === 'LOGIN' || this.#command === 'AUTHENTICATE'
    assert(status !== 'OK' || !login || this.state !== 'not-authenticated', 'say authenticated() before OK to a login')
    if (status === 'OK' && this.#command === 'UNAUTHENTICATE') this.#become(() => this.#session.unauthenticated())
    this.#answers.say(tag, status, answer)
    if (status !== 'OK' || this.#command !== 'STARTTLS') return
    this.#mode = 'tls'
    this.#input.discard()
  }

  /** To IDLE: from now on untagged responses may be written until `idle-done`. */
  continueIdle(text = 'idling'): void {
    if (this.#mode === 'closed') return
    assert(this.#awaiting?.type === 'command' && this.#command === 'IDLE', 'no IDLE is under way')
    this.#awaiting = undefined
    this.#mode = 'idle'
    this.#answers.continue(text)
  }

  /** To AUTHENTICATE and `auth-response`. */
  challenge(bytes: Uint8Array): void {
    if (this.#mode === 'closed') return
    assert(this.#awaiting !== undefined && this.#command === 'AUTHENTICATE', 'a challenge outside AUTHENTICATE')
    this.#awaiting = undefined
    this.#mode = 'auth'
    this.#answers.continue(encodeBase64(bytes))
  }

  /** To `append-message`: send it. */
  acceptMessage(): void {
    if (this.#mode === 'closed') return
    const appending = this.#appending
    assert(this.#awaiting?.type === 'append-message' && appending !== undefined, 'no message to accept')
    this.#awaiting = undefined
    if (appending.accept().waits) this.#answers.continue('Go on')
    this.#reader.takeOut()
    this.#mode = 'content'
  }

  /** To `append-message`, and at any time up to `append-end`: what still comes of the command is skipped, this is its answer. */
  refuse(status: Refusal['status'], answer: Answer): void {
    if (this.#mode === 'closed') return
    if (this.#awaiting?.type === 'append-end') return this.finish(this.#tag, status, answer)
    const appending = this.#appending
    if (appending === undefined) return
    const refusal = { tag: this.#tag, status, answer }
    const awaited = this.#awaiting?.type === 'append-message'
    this.#awaiting = this.#appending = undefined
    if (awaited) this.#refuse(refusal, appending.header)
    else this.#after(this.#answers.skip(refusal, this.#mode === 'content' ? appending.octetsLeft : 0))
  }

  /** The login was right; say it before `finish`. */
  authenticated(): void {
    this.#become(() => this.#session.authenticated())
  }

  /** A mailbox is open; say it before `finish`. */
  selected(mailbox: { readonly readOnly: boolean }): void {
    this.#session.selected(mailbox)
  }

  /** None is open any more. */
  unselected(): void {
    this.#session.unselected()
  }

  /** Turns them on. `told`: to ENABLE, with `* ENABLED` and what is new; `implied`: by another command, without a word. */
  enable(extensions: readonly Extension[], how: 'told' | 'implied'): void {
    const fresh = this.#session.enable(extensions)
    if (how === 'told') this.untagged(['ENABLED', ...fresh].join(' ').replace('IMAP4REV2', 'IMAP4rev2'))
  }

  /** After the handshake: what was said in clear is forgotten, and passwords are welcome. */
  tlsStarted(change: { readonly mechanisms?: readonly string[] } = {}): void {
    if (this.#mode === 'closed') return
    assert(this.#mode === 'tls', 'TLS was not agreed on')
    this.#mode = 'commands'
    this.#session.tlsStarted(change.mechanisms)
  }

  /** After OK to COMPRESS: what was received behind it is compressed already, and is the caller's to inflate. */
  takeUnread(): Uint8Array {
    return this.#input.take(this.#input.unreadBytes)
  }

  /** `* BYE`; a close event follows, and nothing is answered any more. */
  bye(text: string, code?: string): void {
    if (this.#mode !== 'closed') this.#end('said', text, code)
  }

  // Reading

  #next(): ImapEvent | undefined {
    for (;;) {
      const told = this.#told.shift()
      if (told !== undefined) return told
      if (this.#awaiting !== undefined) return undefined
      const event = this.#mode === 'content' ? this.#readContent() : undefined
      if (event !== undefined) return event
      if (!this.#readFrame()) return undefined
      if (this.#awaiting !== undefined) return this.#awaiting
    }
  }

  /** Reads a line, or up to a literal, and does what it asks; false when there is none yet. */
  #readFrame(): boolean {
    if (SILENT.has(this.#mode)) return false
    if (this.#mode === 'commands' && this.#input.peek() === TLS_HANDSHAKE) {
      this.#end('other-protocol', 'This port begins in clear; for TLS from the start use port 993')
      return true
    }
    const frame = this.#reader.read()
    if (frame === undefined) return false
    if (frame.type === 'overrun') {
      this.#answers.overrun(this.#mode === 'commands' ? tagOf(frame.text) : this.#tag)
      this.#end('overrun', 'The command is too long')
    } else if (frame.type === 'skipped') this.#after(this.#answers.skipped())
    else this.#frame(frame)
    return true
  }

  #frame(frame: Extract<Frame, { type: 'command' | 'literal' }>): void {
    const header = frame.type === 'literal' ? frame.header : undefined
    if (this.#mode === 'auth') this.#response(frame.text, header)
    else if (this.#mode === 'idle') this.#idleLine(frame.text, header)
    else if (this.#mode === 'rest') this.#appendRest(frame.text, header)
    else if (header !== undefined) this.#literal(frame.text, header)
    // Empty lines between commands come from programs that end a literal with one.
    else if (frame.text.trim() !== '')
      this.#parsed(parseCommand(frame.text, this.#session.context, { partial: false }), undefined)
    if (header === undefined) this.#literals = 0
  }

  /** A literal is announced: is the command right so far, and will it be taken? */
  #literal(text: string, header: LiteralHeader): void {
    this.#literals++
    if (this.#literals <= limits.LOOKAHEAD_LITERALS_MAX) {
      const parsed = parseCommand(text, this.#session.context, { partial: true })
      if (parsed.type !== 'problem' || parsed.problem.type === 'answer') return this.#parsed(parsed, header)
    }
    const tooLarge =
      header.octets > limits.LITERAL_OCTETS_MAX || this.#reader.octets + header.octets > this.#reader.bounds.octetsMax
    if (tooLarge || this.#literals > limits.LITERALS_MAX) {
      const answer = { code: 'TOOBIG', text: 'That is more than a command may have' }
      return this.#refuse({ tag: tagOf(text), status: 'BAD', answer }, header)
    }
    this.#reader.include()
    if (header.waits) this.#answers.continue('Go on')
  }

  #parsed(parsed: Parsed, header: LiteralHeader | undefined): void {
    if (parsed.type === 'problem') return this.#problem(parsed.tag, parsed.problem, header)
    if (parsed.type === 'append') {
      assert(header !== undefined, 'a message without a literal')
      this.#tag = parsed.target.tag
      this.#command = 'APPEND'
      this.#appending = new Appending(parsed.target)
      return this.#announce(this.#appending.announced(parsed.options, header, this.#session.offer), header)
    }
    this.#literals = 0
    if (parsed.type === 'core') return this.#answer(parsed.tag, parsed.name)
    this.#tag = parsed.command.tag
    this.#command = parsed.command.name
    this.#awaiting = { type: 'command', command: parsed.command }
  }

  /** What needs nobody else. */
  #answer(tag: string, name: 'CAPABILITY' | 'LOGOUT'): void {
    if (name === 'CAPABILITY') {
      this.untagged(this.capabilityCode)
      return this.#answers.say(tag, 'OK', { text: 'These are offered' })
    }
    this.#session.state = 'logout'
    this.untagged('BYE Goodbye')
    this.#answers.say(tag, 'OK', { text: 'Logged out' })
    this.#close('logout')
  }

  #response(text: string, header: LiteralHeader | undefined): void {
    this.#mode = 'commands'
    const response = decodeResponseLine(text)
    if (header === undefined && response.type === 'response') {
      this.#awaiting = { type: 'auth-response', bytes: response.bytes }
      return
    }
    const said = response.type === 'cancelled' ? 'Cancelled' : 'AUTHENTICATE: the response is no base64'
    this.#told.push({ type: 'auth-cancelled' })
    this.#refuse({ tag: this.#tag, status: 'BAD', answer: { text: said } }, header)
  }

  #idleLine(text: string, header: LiteralHeader | undefined): void {
    if (text.trim() === '') return
    this.#mode = 'commands'
    if (text.trim().toUpperCase() === 'DONE') {
      this.#awaiting = { type: 'idle-done', answered: false }
      return
    }
    this.#told.push({ type: 'idle-done', answered: true })
    this.#refuse({ tag: this.#tag, status: 'BAD', answer: { text: 'IDLE ends with DONE' } }, header)
  }

  // APPEND

  /** The next message, or why it is not taken. */
  #announce(announced: AppendStep, header: LiteralHeader | undefined): void {
    if (announced.type === 'append-message' || announced.type === 'append-end') {
      this.#awaiting = announced
      return
    }
    if (this.#appending?.first === false) this.#told.push({ type: 'append-aborted' })
    this.#appending = undefined
    this.#problem(this.#tag, announced, header)
  }

  #readContent(): ImapEvent | undefined {
    const appending = this.#appending
    assert(appending !== undefined, 'no message under way')
    if (appending.octetsLeft === 0) {
      this.#mode = 'rest'
      return { type: 'append-message-end' }
    }
    if (this.#input.unreadBytes === 0) return undefined
    const bytes = this.#input.take(appending.octetsLeft)
    appending.octetsLeft -= bytes.length
    return { type: 'append-content', bytes }
  }

  /** What comes behind a message: the end, or another message. */
  #appendRest(text: string, header: LiteralHeader | undefined): void {
    const appending = this.#appending
    assert(appending !== undefined, 'no APPEND under way')
    this.#mode = 'commands'
    this.#announce(appending.rest(text, this.#session.context, header), header)
  }

  // Output

  #problem(tag: string | undefined, problem: Problem, header: LiteralHeader | undefined): void {
    const { status, ...answer } =
      problem.type === 'answer' ? problem : { status: 'BAD' as const, text: 'The literal that was announced did not come' }
    this.#refuse({ tag, status, answer }, header)
  }

  #refuse(refusal: Refusal, header: LiteralHeader | undefined): void {
    this.#after(this.#answers.refuse(refusal, header))
  }

  #after(aftermath: Aftermath): void {
    this.#literals = 0
    if (aftermath === 'overrun') this.#end('overrun', 'More was announced than can be skipped')
    else if (aftermath === 'bad-commands') this.#end('bad-commands', 'Too many commands that make no sense')
    else this.#mode = aftermath
  }

  /** A change that moves the bounds of what is read. */
  #become(change: () => void): void {
    change()
    this.#reader.bounds = this.#session.bounds
  }

  #end(reason: CloseReason, text: string, code?: string): void {
    this.#answers.say('*', 'BYE', code === undefined ? { text } : { code, text })
    this.#close(reason)
  }

  #close(reason: CloseReason): void {
    this.#mode = 'closed'
    this.#session.state = 'logout'
    this.#awaiting = this.#appending = undefined
    this.#input.discard()
    this.#told.push({ type: 'close', reason })
  }
}
