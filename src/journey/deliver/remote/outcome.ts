// The one place that decides what an answer or a fault means: for each recipient, for the next host, and for the destination.

import { isPositive, type Reply, type TransactionResult } from '../../../mail/protocol/smtp/smtp.ts'
import type { NoRoute, TlsPolicy } from '../../route/route.ts'
import type { Outcome, OutcomeFacts } from '../job.ts'
import { OUTCOME_TEXT_CHARACTERS_MAX } from './limits.ts'
import type { Trouble } from './trouble.ts'

/** Under what circumstances something was said. */
export interface Circumstances {
  readonly host: string
  readonly tlsPolicy: TlsPolicy
  /** `reused`: the connection had carried messages before. `after-tls-failure`: it is in clear because TLS failed. */
  readonly connection: 'fresh' | 'reused' | 'after-tls-failure'
}

/** Where the recipients that have no answer go next. `fresh`: same address, new connection, not counted as a try. */
export type Next = 'next-address' | 'next-host' | 'fresh' | 'in-clear' | 'stop'

export interface Judgement {
  /** For every recipient without an answer of its own, unless a later host does better. */
  readonly outcome: Outcome
  readonly next: Next
  /** Set when the trouble is the destination's: all its hosts are like that. */
  readonly hold?: 'busy' | 'unreachable'
}

export function judgeTrouble(
  trouble: Trouble,
  { host, tlsPolicy, connection }: Circumstances,
  progress?: TransactionResult,
): Judgement {
  if (progress?.contentEnded) return judgeAfterContent(trouble, host, progress)
  if (connection === 'reused' && isConnectionsFault(trouble) && progress?.data === undefined) {
    return { outcome: deferred(host, '4.4.2', describe(trouble)), next: 'fresh' }
  }
  switch (trouble.type) {
    case 'dial': {
      const outcome = deferred(host, trouble.error.type === 'tls' ? '4.7.5' : '4.4.1', describe(trouble))
      return { outcome, next: 'next-address', hold: 'unreachable' }
    }
    case 'refused':
      return judgeRefusedHost(trouble.reply, host)
    case 'channel':
      return { outcome: { type: 'deferred', ...factsOf(trouble.reply, host) }, next: 'next-host', hold: 'busy' }
    case 'protocol':
      return { outcome: deferred(host, '4.5.0', describe(trouble)), next: 'next-host' }
    case 'lost':
      return { outcome: deferred(host, '4.4.2', describe(trouble)), next: 'next-address' }
    case 'timeout':
      return { outcome: deferred(host, '4.4.2', describe(trouble)), next: 'next-host' }
    case 'tls-failed':
      // Opportunistic means: better in clear than not at all (RFC 7435 §3). Never where TLS was asked for.
      return {
        outcome: deferred(host, '4.7.5', describe(trouble)),
        next: tlsPolicy === 'opportunistic' ? 'in-clear' : 'next-host',
      }
    case 'tls-missing':
      return { outcome: deferred(host, '4.7.4', describe(trouble)), next: 'next-host' }
    case 'login':
      // Our settings are wrong, not the message: it waits until they are put right.
      return { outcome: loginOutcome(trouble.detail, trouble.reply, host), next: 'next-host', hold: 'unreachable' }
    case 'cannot-carry':
      return { outcome: cannotCarry(trouble.what, trouble.detail, host), next: 'next-host' }
    case 'content':
      return { outcome: deferred(undefined, '4.3.0', describe(trouble)), next: 'stop' }
  }
}

/** A greeting or EHLO refused is about that host (RFC 5321 §3.8, trap 16); only "this host takes no mail" is for good (RFC 7504). */
function judgeRefusedHost(reply: Reply, host: string): Judgement {
  const never = reply.code === 521 || reply.code === 556
  return {
    outcome: { type: never ? 'failed' : 'deferred', ...factsOf(reply, host) },
    next: 'next-host',
    ...(reply.code < 500 ? { hold: 'busy' as const } : {}),
  }
}

/** Once the final dot is out another host must not be asked: the message may have been accepted (RFC 1047). */
function judgeAfterContent(trouble: Trouble, host: string, progress: TransactionResult): Judgement {
  if (progress.final) return { outcome: { type: 'deferred', ...factsOf(progress.final, host) }, next: 'stop', hold: 'busy' }
  const text = `the answer to the content never came (${describe(trouble)}); the host may have accepted the message, so a retry may deliver it twice`
  return { outcome: deferred(host, '4.4.2', text), next: 'stop' }
}

/** What a recipient's answer comes to. `again`: too many recipients for one transaction, ask in another. */
export type Answer = Outcome | { readonly type: 'again'; readonly otherwise: Outcome } | undefined

export interface TransactionJudgement {
  /** In the order of the envelope; undefined: no answer, see `rest`. */
  readonly answers: readonly Answer[]
  /** For those without an answer, when MAIL was refused. */
  readonly rest?: Judgement
}

export function judgeTransaction(result: TransactionResult, circumstances: Circumstances): TransactionJudgement {
  const { mail, final } = result
  if (mail && !isPositive(mail)) {
    const outcome = refusal(mail, circumstances)
    // Another host may think otherwise about a temporary refusal; a permanent one is believed.
    const rest: Judgement = { outcome, next: outcome.type === 'deferred' ? 'next-host' : 'stop' }
    return { answers: result.recipients.map(() => undefined), rest }
  }
  const verdict = final ?? (result.data && !isPositive(result.data) ? result.data : undefined)
  const someAccepted = result.recipients.some((reply) => reply !== undefined && isPositive(reply))
  return {
    answers: result.recipients.map((reply) => {
      if (reply === undefined) return undefined
      if (isPositive(reply)) return verdict === undefined ? undefined : contentOutcome(verdict, circumstances)
      return recipientRefusal(reply, circumstances, {
        othersDelivered: someAccepted && final !== undefined && isPositive(final),
        someAccepted,
      })
    }),
  }
}

/** The answer to the content is about every accepted recipient (RFC 5321 §4.1.1.4). */
function contentOutcome(reply: Reply, circumstances: Circumstances): Outcome {
  return isPositive(reply) ? { type: 'delivered', ...factsOf(reply, circumstances.host) } : refusal(reply, circumstances)
}

function recipientRefusal(
  reply: Reply,
  circumstances: Circumstances,
  others: { readonly othersDelivered: boolean; readonly someAccepted: boolean },
): Answer {
  if (!saysTooMany(reply)) return refusal(reply, circumstances)
  // RFC 5321 §4.5.3.1.10: 552 in answer to RCPT is to be read as 452.
  const otherwise: Outcome = { type: 'deferred', ...factsOf(reply, circumstances.host) }
  return others.othersDelivered ? { type: 'again', otherwise } : otherwise
}

/** With an enhanced code only X.5.3 means it: 452 4.2.2 and 552 5.2.2 are full mailboxes, 552 5.3.4 is a large message. */
function saysTooMany(reply: Reply): boolean {
  if (reply.enhanced !== undefined) return /^[45]\.5\.3$/.test(reply.enhanced)
  return reply.code === 452 || reply.code === 552
}

function refusal(reply: Reply, { host, connection }: Circumstances): Outcome {
  // "Must issue STARTTLS first", said to one whose TLS has just failed: the TLS may be mended.
  const wantsTls =
    connection === 'after-tls-failure' && (reply.code === 530 || reply.enhanced === '5.7.10' || reply.enhanced === '5.7.0')
  return { type: reply.code >= 500 && !wantsTls ? 'failed' : 'deferred', ...factsOf(reply, host) }
}

export function noRouteOutcome({ type, code, enhanced, text }: NoRoute): Outcome {
  return { type: type === 'fail' ? 'failed' : 'deferred', code, enhanced, text }
}

/** Of what several hosts said: a permanent "no" only when all say so; else the first that spoke at all, else the last silence. */
export function settle(judgements: readonly Judgement[]): { readonly outcome: Outcome; readonly hold?: 'busy' | 'unreachable' } {
  const waiting = judgements.filter(({ outcome }) => outcome.type === 'deferred')
  const candidates = waiting.length > 0 ? waiting : judgements
  const chosen = candidates.find(({ outcome }) => outcome.code > 0) ?? candidates.at(-1)
  if (!chosen) return { outcome: deferred(undefined, '4.4.0', 'no host could be tried') }
  if (candidates.some(({ hold }) => hold === 'busy')) return { outcome: chosen.outcome, hold: 'busy' }
  return candidates.every(({ hold }) => hold === 'unreachable')
    ? { outcome: chosen.outcome, hold: 'unreachable' }
    : { outcome: chosen.outcome }
}

export function ourDeferral(enhanced: string, text: string): Outcome {
  return deferred(undefined, enhanced, text)
}

function cannotCarry(what: 'eight-bit' | 'smtputf8' | 'size', detail: string, host: string): Outcome {
  const enhanced = what === 'eight-bit' ? '5.6.3' : what === 'smtputf8' ? '5.6.7' : '5.3.4'
  return { type: 'failed', code: what === 'size' ? 552 : 554, enhanced, text: detail, host }
}

function loginOutcome(detail: string, reply: Reply | undefined, host: string): Outcome {
  return reply ? { type: 'deferred', ...factsOf(reply, host) } : deferred(host, '4.7.8', detail)
}

function isConnectionsFault(trouble: Trouble): boolean {
  return trouble.type === 'lost' || trouble.type === 'timeout' || trouble.type === 'channel' || trouble.type === 'protocol'
}

function deferred(host: string | undefined, enhanced: string, text: string): Outcome {
  return {
    type: 'deferred',
    code: 0,
    enhanced,
    text: text.slice(0, OUTCOME_TEXT_CHARACTERS_MAX),
    ...(host === undefined ? {} : { host }),
  }
}

function factsOf(reply: Reply, host: string): OutcomeFacts {
  const text = reply.lines.join(' ').slice(0, OUTCOME_TEXT_CHARACTERS_MAX)
  return { code: reply.code, ...(reply.enhanced === undefined ? {} : { enhanced: reply.enhanced }), text, host }
}

/** For the operator and the transcript. */
export function describe(trouble: Trouble): string {
  switch (trouble.type) {
    case 'dial':
      return `no connection: ${trouble.error.detail}`
    case 'refused':
    case 'channel':
      return `${trouble.reply.code} ${trouble.reply.lines[0] ?? ''}`.trim()
    case 'protocol':
      return `no SMTP came back: ${trouble.detail}`
    case 'lost':
      return `the connection broke (${PHASE_WORDS.get(trouble.phase) ?? trouble.phase}): ${trouble.detail}`
    case 'timeout':
      return `no answer in time (${PHASE_WORDS.get(trouble.phase) ?? trouble.phase})`
    case 'tls-failed':
      return `the TLS handshake failed: ${trouble.detail}`
    case 'tls-missing':
      return 'the host offers no TLS, which is required for it'
    case 'login':
    case 'cannot-carry':
      return trouble.detail
    case 'content':
      return `the content could not be sent: ${trouble.detail}`
  }
}

const PHASE_WORDS: ReadonlyMap<string, string> = new Map([
  ['greeting', 'waiting for its greeting'],
  ['hello', 'after EHLO'],
  ['starttls', 'after STARTTLS'],
  ['handshake', 'during the TLS handshake'],
  ['auth', 'while logging in'],
  ['envelope', 'after the sender and recipients'],
  ['data', 'after DATA'],
  ['block', 'while the content was being sent'],
  ['final', 'after the end of the content'],
])
