// Tagged answers, continuations, and refusals, which must also say what becomes of a literal that was announced.

import { assert } from '../../../ground/assert.ts'
import type { CommandReader, LiteralHeader } from './command-reader.ts'
import type { Status } from './events.ts'
import { BAD_COMMANDS_MAX, TEXT_CHARACTERS_MAX } from './limits.ts'
import type { ResponseWriter } from './response-writer.ts'

/** `code` without its brackets: `TRYCREATE`, `APPENDUID 1 2`. The text is for people. */
export interface Answer {
  readonly code?: string
  readonly text?: string
}

/** The answer to a command that is refused; without a tag where none could be read. */
export interface Refusal {
  readonly tag: string | undefined
  readonly status: Exclude<Status, 'OK'>
  readonly answer: Answer
}

/** What comes after a refusal: the next command, or first the skipping of this one, or the end. */
export type Aftermath = 'commands' | 'skipping' | 'overrun' | 'bad-commands'

export class Answers {
  readonly #out: ResponseWriter
  readonly #reader: CommandReader
  /** Said when what it belongs to has been skipped. */
  #waiting: Refusal | undefined = undefined
  #badCommands = 0

  constructor(out: ResponseWriter, reader: CommandReader) {
    this.#out = out
    this.#reader = reader
  }

  say(tag: string, status: Status | 'BYE', { code, text = status === 'OK' ? 'Done' : 'Not done' }: Answer): void {
    const out = this.#out.ascii(tag).ascii(' ').ascii(status).ascii(' ')
    if (code !== undefined) out.ascii('[').ascii(code).ascii('] ')
    out.ascii(printable(text)).crlf()
  }

  continue(text: string): void {
    this.#out.ascii('+ ').ascii(text).crlf()
  }

  /** `header`: of the literal that was announced when the refusal came. */
  refuse(refusal: Refusal, header: LiteralHeader | undefined): Aftermath {
    if (header === undefined) return this.#pronounce(refusal)
    // Octets on their way must not be taken for commands; a client that waits never sends them.
    if (!header.waits) return this.skip(refusal, header.octets)
    this.#reader.takeOut()
    return this.#pronounce(refusal)
  }

  /** So many octets, and the rest of the command behind them. */
  skip(refusal: Refusal, octets: number): Aftermath {
    if (octets > this.#reader.bounds.skipOctetsMax) {
      this.#pronounce(refusal)
      return 'overrun'
    }
    this.#reader.skip(octets)
    this.#waiting = refusal
    return 'skipping'
  }

  skipped(): Aftermath {
    const refusal = this.#waiting
    assert(refusal !== undefined, 'nothing was skipped')
    this.#waiting = undefined
    return this.#pronounce(refusal)
  }

  /** The end of a command is out of sight: the last answer. */
  overrun(tag: string | undefined): void {
    this.#pronounce(this.#waiting ?? { tag, status: 'BAD', answer: { code: 'TOOBIG', text: 'The command is too long' } })
  }

  #pronounce({ tag, status, answer }: Refusal): Aftermath {
    this.say(tag ?? '*', status, answer)
    return status === 'BAD' && ++this.#badCommands >= BAD_COMMANDS_MAX ? 'bad-commands' : 'commands'
  }
}

/** One line of ASCII. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, TEXT_CHARACTERS_MAX)
}
