// The server side of SMTP without I/O: bytes in, events out; replies as values, bytes out. It knows grammar, order and limits, no policy.

import { assert } from '../../../ground/assert.ts'
import { decodeResponseLine, encodeBase64 } from '../sasl/sasl.ts'
import { type Chunk, splitCommand } from './command.ts'
import type { CloseReason, ServerEvent } from './events.ts'
import { InputBuffer } from './input.ts'
import { INPUT_OCTETS_HIGH, OVERRUN_OCTETS_MAX } from './limits.ts'
import { readLine } from './lines.ts'
import { extensionLines, type SmtpServerOptions, type TransmissionType } from './options.ts'
import { Patience } from './patience.ts'
import * as replies from './replies.ts'
import { formatReply, isPositive, type Reply, reply as replyOf } from './reply.ts'
import { IncomingContent } from './server-content.ts'
import { Session } from './session.ts'
import { IDLE_VERBS } from './states.ts'
import { type Step, stepOf } from './verbs.ts'
import { usualVerdict, waitedFor } from './verdicts.ts'

/** What the next octets are. `tls`: 220 to STARTTLS was given, the handshake is under way. */
type Mode = 'greeting' | 'commands' | 'content' | 'auth' | 'tls' | 'closed'

const NO_MECHANISMS: readonly string[] = []

export class SmtpServer {
  readonly #options: SmtpServerOptions
  readonly #input = new InputBuffer()
  readonly #session: Session
  #mode: Mode = 'greeting'
  #output = ''
  #awaiting: ServerEvent | undefined = undefined
  /** Events that need no verdict and wait to be handed out; rarely any. */
  #told: ServerEvent[] | undefined = undefined
  readonly #patience: Patience

  /** `tls`: the connection began with TLS (port 465). `mechanisms`: offered from the start, in place of the listener's. */
  constructor(options: SmtpServerOptions, start: { readonly tls?: boolean; readonly mechanisms?: readonly string[] } = {}) {
    this.#options = options
    this.#patience = new Patience(options)
    this.#session = new Session({ tls: start.tls === true, mechanisms: start.mechanisms ?? options.mechanisms ?? NO_MECHANISMS })
  }

  /** Says the first line: 220, or 554 (then only QUIT is served), or 421 (the connection ends). Commands are not read before it. */
  greet(greeting: Reply = replyOf(220, undefined, `${this.#options.hostname} ESMTP`)): void {
    if (this.#mode === 'closed') return
    assert(this.#mode === 'greeting', 'greeted twice')
    if (greeting.code === 421) return this.#end('refused', greeting)
    this.#mode = 'commands'
    if (!isPositive(greeting)) this.#session.phase = 'refused'
    this.#say(greeting)
  }

  /** The bytes must stay as they are until they have been read, or until `keep` is called. */
  receive(bytes: Uint8Array): void {
    // What comes in clear around the TLS handshake is not from whom we will talk to (CVE-2011-0411).
    if (this.#mode === 'closed' || this.#mode === 'tls' || bytes.length === 0) return
    if (this.#mode === 'greeting' && this.#input.unreadBytes === 0) this.#tell({ type: 'early-input', before: 'greeting' })
    if (!this.#input.receive(bytes)) this.#end('input-overflow', replies.INPUT_OVERFLOW)
  }

  /** The next event; undefined when a verdict or more input is needed. */
  next(): ServerEvent | undefined {
    for (;;) {
      const told = this.#told?.shift()
      if (told !== undefined) return told
      this.#told = undefined
      if (this.#awaiting !== undefined) return undefined
      if (this.#mode === 'content') {
        const event = this.#readContent()
        if (event === 'more') return undefined
        if (event !== undefined) return event
      } else if (this.#mode === 'commands' || this.#mode === 'auth') {
        if (!this.#readLine()) return undefined
        if (this.#awaiting !== undefined) return this.#awaiting
      } else {
        return undefined
      }
    }
  }

  /** The verdict on the event that awaits one. 421 ends the connection. After the end it is too late, and does nothing. */
  reply(verdict: Reply): void {
    if (this.#mode === 'closed') return
    const event = this.#awaiting
    assert(event !== undefined, 'a reply although no event awaits one')
    assert(verdict.code !== 334, 'use challenge() to go on with AUTH')
    this.#awaiting = undefined
    if (verdict.code === 421) return this.#end('refused', verdict)
    this.#noteEarlyInput(event)
    if (isPositive(verdict)) this.#accepted(event, verdict)
    else this.#refused(event, verdict)
  }

  /** The usual positive verdict, with another text if one is given. */
  accept(text?: string): void {
    if (this.#mode === 'closed') return
    const usual = this.#awaiting && usualVerdict(this.#awaiting.type, this.#options.hostname)
    assert(usual !== undefined, 'nothing to accept')
    this.reply(text === undefined ? usual : { ...usual, lines: [text] })
  }

  /** Answers `auth` or `auth-response` with 334. */
  challenge(bytes: Uint8Array): void {
    if (this.#mode === 'closed') return
    const event = this.#awaiting
    assert(event?.type === 'auth' || event?.type === 'auth-response', 'a challenge outside AUTH')
    this.#noteEarlyInput(event)
    this.#awaiting = undefined
    this.#mode = 'auth'
    this.#output += `334 ${encodeBase64(bytes)}\r\n`
  }

  /** While content flows, up to the verdict on `content-end`: no more of it comes, this is the answer at its end. Later: nothing. */
  refuseContent(refusal: Reply): void {
    assert(!isPositive(refusal), 'a refusal is 4xx or 5xx')
    if (this.#awaiting?.type === 'content-end') this.reply(refusal)
    else if (this.#session.content !== undefined) this.#session.content.refusal ??= refusal
  }

  /** After the handshake: everything said before is forgotten (RFC 3207 §4.2). */
  tlsStarted(change: { readonly mechanisms?: readonly string[] } = {}): void {
    if (this.#mode === 'closed') return
    assert(this.#mode === 'tls', 'TLS was not agreed on')
    this.#mode = 'commands'
    this.#session.tlsStarted(change.mechanisms)
  }

  /** From now on; the next EHLO tells the client. */
  offerMechanisms(mechanisms: readonly string[]): void {
    this.#session.mechanisms = mechanisms
  }

  /** Ends the dialog from our side (timeout, shutdown, early talker): a close event follows. No verdict is awaited any more. */
  close(farewell: Reply): void {
    if (this.#mode !== 'closed') this.#end('refused', farewell)
  }

  /** Copies what is unread, so that the bytes given to `receive` may be overwritten. For the end of a data callback. */
  keep(): void {
    this.#input.keep()
  }

  /**
   * The replies so far in one buffer; take it whenever `next` gave undefined. Undefined when there are none, and while the rest
   * of a pipelined group is still in work: its replies go out together.
   */
  takeOutput(): Uint8Array | undefined {
    if (this.#output === '' || (this.#awaiting !== undefined && this.#input.unreadBytes > 0)) return undefined
    const output = Buffer.from(this.#output, 'latin1')
    this.#output = ''
    return output
  }

  /** The event whose verdict is awaited. */
  get awaiting(): ServerEvent['type'] | undefined {
    return this.#awaiting?.type
  }

  /** False: stop reading the connection until verdicts have caught up. */
  get wantsInput(): boolean {
    return this.#mode !== 'closed' && this.#input.unreadBytes < INPUT_OCTETS_HIGH
  }

  /** Octets received and not read yet. */
  get unreadBytes(): number {
    return this.#input.unreadBytes
  }

  get tls(): boolean {
    return this.#session.tls
  }

  get authenticated(): boolean {
    return this.#session.authenticated
  }

  /** Of the transaction that is open, else of the session. */
  get transmissionType(): TransmissionType {
    return this.#session.transmissionType
  }

  // Lines

  /** Reads one line and does what it asks; false when there is none yet. */
  #readLine(): boolean {
    const line = readLine(this.#input, this.#mode === 'auth' ? 'auth-response' : 'command')
    if (line === undefined) return false
    if (line === 'tls') this.#end('other-protocol', replies.OTHER_PROTOCOL)
    else if (line === 'endless') this.#end('overrun', replies.LINE_ENDLESS)
    else if (this.#mode === 'auth') this.#respond(line.ok ? line.value : undefined)
    else if (line.ok) this.#command(line.value)
    else this.#refuse(line.error)
    return true
  }

  #command(text: string): void {
    const line = splitCommand(text)
    if (IDLE_VERBS.has(line.verb) && this.#tooIdle()) return
    this.#take(stepOf(line, this.#session, this.#options))
  }

  #take(step: Step): void {
    switch (step.type) {
      case 'ask':
        this.#awaiting = step.event
        return
      case 'answer':
        return this.#say(step.reply)
      case 'refuse':
        return this.#refuse(step.reply)
      case 'reset':
        return this.#reset()
      case 'chunk':
        return this.#beginChunk(step.chunk, step.refusal)
      case 'quit':
        return this.#end('quit', replies.BYE)
      default:
        return this.#end(step.reason, step.reply)
    }
  }

  #reset(): void {
    this.#session.reset()
    this.#say(replies.OK_RESET)
    this.#tell({ type: 'reset' })
  }

  /** The client's line in an AUTH exchange; undefined when it was no text. */
  #respond(line: string | undefined): void {
    this.#mode = 'commands'
    const response = decodeResponseLine(line ?? '?')
    if (response.type === 'response') {
      this.#awaiting = { type: 'auth-response', bytes: response.bytes }
      return
    }
    this.#refuse(response.type === 'cancelled' ? replies.AUTH_CANCELLED : replies.AUTH_BASE64)
    if (this.#mode === 'commands') this.#tell({ type: 'auth-cancelled', reason: response.type })
  }

  // Verdicts

  #accepted(event: ServerEvent, verdict: Reply): void {
    switch (event.type) {
      case 'hello':
        return this.#welcome(event.verb, verdict)
      case 'mail':
        this.#session.mail(event)
        break
      case 'recipient':
        this.#session.recipient()
        break
      case 'data':
        this.#mode = 'content'
        if (event.via === 'BDAT') return
        assert(verdict.code === 354, 'DATA is accepted with 354')
        this.#session.content = new IncomingContent('DATA', this.#options.sizeBytesMax)
        break
      case 'content-end':
        this.#patience.messageTaken()
        this.#session.contentOver()
        break
      case 'auth':
      case 'auth-response':
        this.#session.authenticated = true
        break
      case 'starttls':
        this.#mode = 'tls'
        this.#input.discard()
        break
      default:
    }
    this.#say(verdict)
  }

  #refused(event: ServerEvent, verdict: Reply): void {
    if (event.type === 'data' && event.via === 'BDAT') {
      assert(this.#session.content !== undefined, 'a chunk is under way')
      this.#session.content.refusal = verdict
      this.#mode = 'content'
      return
    }
    if (event.type === 'content-end') this.#session.contentOver()
    if (event.type === 'recipient') this.#session.recipientRefused()
    this.#say(verdict)
  }

  #welcome(verb: 'EHLO' | 'HELO', verdict: Reply): void {
    this.#session.hello(verb)
    const more = verb === 'EHLO' ? extensionLines(this.#options, this.#session) : []
    this.#say({ ...verdict, lines: [...verdict.lines, ...more] })
  }

  /** The client had to wait for this verdict too, and did not. */
  #noteEarlyInput(event: ServerEvent): void {
    const before = this.#input.unreadBytes > 0 ? waitedFor(event) : undefined
    if (before !== undefined) this.#tell({ type: 'early-input', before })
  }

  // Content

  #beginChunk({ octets, last }: Chunk, disorder: Reply | undefined): void {
    const { sizeBytesMax } = this.#options
    if (octets > sizeBytesMax + OVERRUN_OCTETS_MAX) return this.#end('overrun', replies.tooLarge(sizeBytesMax))
    if (octets === 0 && !last && this.#tooIdle()) return
    if (disorder !== undefined && this.#tooIdle()) return
    const first = this.#session.content === undefined
    const content = this.#session.content ?? new IncomingContent('BDAT', sizeBytesMax)
    this.#session.content = content
    content.begin(octets, last)
    content.refusal ??= disorder
    this.#mode = 'content'
    if (content.refusal !== undefined) return
    if (content.sizeBytes + octets > sizeBytesMax) this.#discardContent()
    else if (first) this.#awaiting = { type: 'data', via: 'BDAT' }
  }

  /** The next event of the content; undefined when what came was dealt with here. */
  #readContent(): ServerEvent | 'more' | undefined {
    const content = this.#session.content
    assert(content !== undefined, 'no content under way')
    const step = content.read(this.#input)
    switch (step.type) {
      case 'piece':
        return { type: 'content', bytes: step.bytes }
      case 'more':
        return 'more'
      case 'too-large':
        this.#discardContent()
        return undefined
      case 'overrun':
        this.#end('overrun', content.refusal ?? replies.tooLarge(this.#options.sizeBytesMax))
        return undefined
      default:
        return this.#partOver(content)
    }
  }

  #discardContent(): void {
    assert(this.#session.content !== undefined, 'no content to discard')
    this.#session.content.refusal = replies.tooLarge(this.#options.sizeBytesMax)
    this.#tell({ type: 'content-discarded', reason: 'too-large' })
  }

  /** The end of the content, or of one chunk of it. */
  #partOver(content: IncomingContent): ServerEvent | undefined {
    this.#mode = 'commands'
    if (content.refusal !== undefined) {
      this.#partRefused(content)
      return undefined
    }
    if (!content.last) {
      this.#session.chunk()
      this.#say(replies.chunkTaken(content.chunkOctets))
      return undefined
    }
    this.#awaiting = { type: 'content-end', via: content.via, facts: content.finish() }
    return this.#awaiting
  }

  /** Refused content has ended, or a refused chunk: its answer is due, and the transaction it belonged to is over. */
  #partRefused({ via, last, refusal }: IncomingContent): void {
    this.#session.content = undefined
    if (refusal !== undefined) this.#say(refusal)
    if (via === 'DATA' || this.#session.inTransaction) this.#session.contentOver(last ? 'content-over' : 'chunk-refused')
  }

  // Output

  #say(reply: Reply): void {
    this.#output += formatReply(reply)
  }

  #tell(event: ServerEvent): void {
    this.#told ??= []
    this.#told.push(event)
  }

  /** Refuses of the core's own accord. */
  #refuse(reply: Reply): void {
    const tooMany = replies.isBreach(reply) && !this.#patience.forBadCommand()
    if (tooMany) this.#end('bad-commands', replies.TOO_MANY_BAD)
    else this.#say(reply)
  }

  #tooIdle(): boolean {
    if (this.#patience.forIdleCommand()) return false
    this.#end('idle-commands', replies.TOO_MANY_IDLE)
    return true
  }

  #end(reason: CloseReason | 'quit', farewell: Reply): void {
    this.#say(farewell)
    this.#mode = 'closed'
    this.#awaiting = undefined
    this.#session.content = undefined
    this.#input.discard()
    this.#tell(reason === 'quit' ? { type: 'quit' } : { type: 'close', reason })
  }
}
