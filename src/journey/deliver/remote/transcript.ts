// What was said during one attempt: bounded, without secrets and without content.

import type { Clock } from '../../../ground/ports/clock.ts'
import type { ClientObserver, Reply } from '../../../mail/protocol/smtp/smtp.ts'
import type { TranscriptLine } from '../job.ts'
import { TRANSCRIPT_LINE_CHARACTERS_MAX, TRANSCRIPT_LINES_MAX } from './limits.ts'

const CUT_NOTE = '(the rest is left out)'

export class Transcript implements ClientObserver {
  readonly #clock: Pick<Clock, 'now'>
  readonly #lines: TranscriptLine[] = []

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  get lines(): readonly TranscriptLine[] {
    return this.#lines
  }

  sent(line: string): void {
    this.#add('out', line)
  }

  received(reply: Reply): void {
    const enhanced = reply.enhanced === undefined ? '' : `${reply.enhanced} `
    const last = reply.lines.length - 1
    for (let i = 0; i <= last && !this.#isFull(); i++)
      this.#add('in', `${reply.code}${i < last ? '-' : ' '}${enhanced}${reply.lines[i] ?? ''}`)
  }

  /** Something that was not said but explains what was. */
  note(text: string): void {
    this.#add('out', `(${text})`)
  }

  #isFull(): boolean {
    return this.#lines.length >= TRANSCRIPT_LINES_MAX
  }

  #add(direction: TranscriptLine['direction'], line: string): void {
    if (this.#isFull()) return
    const text = this.#lines.length === TRANSCRIPT_LINES_MAX - 1 ? CUT_NOTE : cut(line)
    this.#lines.push({ at: this.#clock.now(), direction, line: text })
  }
}

function cut(line: string): string {
  const clean = UNPRINTABLE.test(line) ? line.replace(UNPRINTABLE_ALL, '?') : line
  return clean.length > TRANSCRIPT_LINE_CHARACTERS_MAX ? `${clean.slice(0, TRANSCRIPT_LINE_CHARACTERS_MAX - 1)}…` : clean
}

const UNPRINTABLE = /[\x00-\x1f\x7f]/
const UNPRINTABLE_ALL = /[\x00-\x1f\x7f]/g
