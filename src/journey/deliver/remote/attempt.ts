// The state of one attempt: who has an answer, who is still waiting, what was said.

import type { TlsFacts } from '../../../ground/ports/connection.ts'
import type { AttemptReport, JobRecipient, Outcome, RemoteJob } from '../job.ts'
import { type Answer, type Judgement, type Next, settle } from './outcome.ts'
import type { Transcript } from './transcript.ts'

export interface HoldTimes {
  readonly busyMs: number
  readonly unreachableMs: number
}

export class Attempt {
  readonly job: RemoteJob
  readonly transcript: Transcript
  readonly #answers = new Map<number, Outcome>()
  readonly #judgements: Judgement[] = []
  #tls: TlsFacts | undefined
  #delivered = false

  constructor(job: RemoteJob, transcript: Transcript) {
    this.job = job
    this.transcript = transcript
  }

  get isSettled(): boolean {
    return this.#answers.size === this.job.recipients.length
  }

  /** The next recipients to ask for, at most so many. */
  waiting(limit: number): readonly JobRecipient[] {
    // By far the commonest case costs no list.
    if (this.#answers.size === 0 && this.job.recipients.length <= limit) return this.job.recipients
    return this.job.recipients.filter(({ n }) => !this.#answers.has(n)).slice(0, limit)
  }

  /** True when all of them have got an answer, or may ask again at once. */
  apply(recipients: readonly JobRecipient[], answers: readonly Answer[]): boolean {
    let complete = true
    recipients.forEach(({ n }, index) => {
      const answer = answers[index]
      if (answer === undefined) complete = false
      else if (answer.type !== 'again') this.#answer(n, answer)
    })
    return complete
  }

  /** Recipients that may ask again have no more turns: what was said stands. */
  applyOtherwise(recipients: readonly JobRecipient[], answers: readonly Answer[]): void {
    recipients.forEach(({ n }, index) => {
      const answer = answers[index]
      if (answer?.type === 'again') this.#answer(n, answer.otherwise)
    })
  }

  /** What this host's trouble would mean for those still waiting, if no other host does better; the last word when it says stop. */
  note(judgement: Judgement): Next {
    this.#judgements.push(judgement)
    if (judgement.next === 'stop') this.answerRest(judgement.outcome)
    return judgement.next
  }

  /** One word for all who are waiting. */
  answerRest(outcome: Outcome): void {
    for (const { n } of this.waiting(this.job.recipients.length)) this.#answer(n, outcome)
  }

  usedTls(tls: TlsFacts | undefined): void {
    this.#tls = tls
  }

  report(nowMs: number, times: HoldTimes): AttemptReport {
    const hold = this.#settleRest()
    const recipients = this.job.recipients.map(({ n }) => ({ n, outcome: this.#answers.get(n) as Outcome }))
    const host = recipients.findLast(({ outcome }) => outcome.host !== undefined)?.outcome.host
    return {
      recipients,
      transcript: this.transcript.lines,
      ...(host === undefined ? {} : { host }),
      ...(this.#tls ? { tls: `${this.#tls.protocol} ${this.#tls.cipher}` } : {}),
      ...(hold
        ? {
            holdDestination: {
              untilMs: nowMs + (hold.hold === 'busy' ? times.busyMs : times.unreachableMs),
              reason: hold.reason,
            },
          }
        : {}),
    }
  }

  /** The destination rests when its hosts' trouble was the last word, and nobody got the message. */
  #settleRest(): { readonly hold: 'busy' | 'unreachable'; readonly reason: string } | undefined {
    const last = this.#judgements.at(-1)
    const settled = this.isSettled
      ? { outcome: last?.outcome, hold: last?.next === 'stop' ? last.hold : undefined }
      : settle(this.#judgements)
    if (settled.outcome) this.answerRest(settled.outcome)
    return settled.hold === undefined || this.#delivered ? undefined : { hold: settled.hold, reason: settled.outcome?.text ?? '' }
  }

  #answer(n: number, outcome: Outcome): void {
    if (this.#answers.has(n)) return
    this.#answers.set(n, outcome)
    if (outcome.type === 'delivered') this.#delivered = true
  }
}
