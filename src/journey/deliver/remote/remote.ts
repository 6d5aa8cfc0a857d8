// The door of delivery to other hosts: one attempt for one message and the recipients of one destination.
// It asks for a plan, finds or makes a connection, hands the message over, and reports. What answers mean stands in outcome.ts.

import type { Clock } from '../../../ground/ports/clock.ts'
import type { Dialer } from '../../../ground/ports/connection.ts'
import type { Log } from '../../../ground/ports/log.ts'
import {
  isSafeOnTheWire,
  PHASE_TIMEOUTS_MS,
  type PhaseTimeouts,
  recipientsLimit,
  sizeLimit,
} from '../../../mail/protocol/smtp/smtp.ts'
import type { HostsPlan, PlannedHost, RouteFacts, Router } from '../../route/route.ts'
import type { AttemptReport, RemoteDeliverer, RemoteJob } from '../job.ts'
import { Attempt } from './attempt.ts'
import type { Channel } from './channel.ts'
import { type ConnectParts, connect, type Target } from './connect.ts'
import { ADDRESSES_TRIED_MAX, RECIPIENTS_PER_TRANSACTION_MAX, TRANSACTIONS_PER_ATTEMPT_MAX, TRYING_MS_MAX } from './limits.ts'
import {
  type Circumstances,
  describe,
  judgeTransaction,
  judgeTrouble,
  type Next,
  noRouteOutcome,
  ourDeferral,
} from './outcome.ts'
import { ChannelPool } from './pool.ts'
import type { RemoteSettings } from './settings.ts'
import { Transcript } from './transcript.ts'
import type { Trouble } from './trouble.ts'

export type { RemoteSettings }

export interface RemoteParts {
  readonly dialer: Dialer
  readonly router: Pick<Router, 'plan'>
  readonly clock: Clock
  readonly settings: RemoteSettings
  /** Our name in EHLO. */
  readonly hostname: string
  readonly log: Log
  /** Domains that have become ours since the message was queued. */
  readonly isLocal?: RouteFacts['isLocal']
  readonly timeouts?: PhaseTimeouts
}

export class RemoteDelivery implements RemoteDeliverer {
  readonly #parts: RemoteParts
  readonly #pool: ChannelPool
  readonly #connectParts: ConnectParts
  #aborted = false

  constructor(parts: RemoteParts) {
    const { clock, settings, hostname, dialer } = parts
    this.#parts = parts
    this.#pool = new ChannelPool({ clock, idleMs: settings.idleTime, messagesPerConnection: settings.messagesPerConnection })
    const channel = { hostname, clock, timeouts: parts.timeouts ?? PHASE_TIMEOUTS_MS }
    this.#connectParts = {
      dialer,
      settings,
      channel,
      watch: (opened) => this.#pool.watch(opened),
      forget: (broken) => this.#pool.forget(broken),
    }
  }

  /** Never rejects: a bug becomes a deferral and an alarm. */
  async attempt(job: RemoteJob): Promise<AttemptReport> {
    const { clock, settings, log } = this.#parts
    const attempt = new Attempt(job, new Transcript(clock))
    try {
      await this.#run(attempt)
    } catch (error) {
      log.error('delivery broke', {
        destination: job.destination,
        cause: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
      attempt.answerRest(ourDeferral('4.3.0', 'a fault of ours; the message is tried again'))
    }
    return attempt.report(clock.now(), { busyMs: settings.holdBusy, unreachableMs: settings.holdUnreachable })
  }

  /** Idle connections say goodbye; attempts under way go on. */
  close(): void {
    this.#pool.close()
  }

  /** Ends attempts under way: their recipients are deferred. */
  abort(): void {
    this.#aborted = true
    this.#pool.abort()
  }

  async #run(attempt: Attempt): Promise<void> {
    refuseUnsafe(attempt)
    if (attempt.isSettled) return
    const plan = await this.#parts.router.plan(
      attempt.job.destination,
      this.#parts.isLocal ? { isLocal: this.#parts.isLocal } : {},
    )
    if (plan.type === 'hosts') return this.#tryPlan(attempt, plan)
    if (plan.type === 'local')
      return attempt.answerRest(ourDeferral('4.3.5', 'the domain has become local; the message is routed anew'))
    attempt.transcript.note(plan.text)
    const outcome = noRouteOutcome(plan)
    attempt.note({ outcome, next: 'stop', ...(plan.type === 'defer' ? { hold: 'unreachable' as const } : {}) })
  }

  /** An open connection to one of the best hosts first, then every address of every host in order (RFC 5321 §5.1). */
  async #tryPlan(attempt: Attempt, plan: HostsPlan): Promise<void> {
    const asked = await this.#tryOpen(attempt, plan)
    if (asked?.next === 'stop') return
    const endMs = this.#parts.clock.monotonic() + TRYING_MS_MAX
    let tries = 0
    for (const host of plan.hosts) {
      if (host === asked?.host) continue
      for (const address of host.addresses) {
        if (attempt.isSettled || tries++ === ADDRESSES_TRIED_MAX || this.#parts.clock.monotonic() > endMs) return
        const next = await this.#tryAddress(attempt, targetOf(plan, host, address))
        if (next === 'stop') return
        if (next === 'next-host') break
      }
    }
  }

  /** Undefined when no open connection could take the message; those that had died in the meantime do not count. */
  async #tryOpen(attempt: Attempt, plan: HostsPlan): Promise<{ host: PlannedHost; next: Next } | undefined> {
    const best = plan.hosts[0]?.preference
    for (const host of plan.hosts) {
      if (host.preference !== best) break
      for (const address of host.addresses) {
        const target = targetOf(plan, host, address)
        // Ends: every turn takes one connection out of the pool, and what comes back usable ends the loop.
        for (let channel = this.#pool.take(keyOf(target)); channel; channel = this.#pool.take(keyOf(target))) {
          attempt.transcript.note(`open connection to ${target.host} [${target.address}]`)
          channel.observe(attempt.transcript)
          const next = await this.#handOver(attempt, channel, target, 'reused')
          if (next !== 'fresh') return { host, next }
        }
      }
    }
    return undefined
  }

  async #tryAddress(attempt: Attempt, target: Target): Promise<Next> {
    const next = await this.#tryFresh(attempt, target, 'fresh')
    return next === 'in-clear' ? this.#tryFresh(attempt, target, 'after-tls-failure') : next
  }

  async #tryFresh(attempt: Attempt, target: Target, connection: 'fresh' | 'after-tls-failure'): Promise<Next> {
    if (this.#aborted)
      return attempt.note({ outcome: ourDeferral('4.3.2', 'this server is stopping; the message is tried again'), next: 'stop' })
    attempt.transcript.note(
      `connecting to ${target.host} [${target.address}]:${target.port}${connection === 'fresh' ? '' : ', this time without TLS'}`,
    )
    const opened = await connect(
      this.#connectParts,
      target,
      connection === 'fresh' ? target.tlsPolicy : 'none',
      attempt.transcript,
    )
    if (!opened.ok) return this.#judge(attempt, opened.error, circumstancesOf(target, connection))
    if (opened.value.tls) attempt.transcript.note(`${opened.value.tls.protocol} ${opened.value.tls.cipher}`)
    return this.#handOver(attempt, opened.value, target, connection)
  }

  async #handOver(attempt: Attempt, channel: Channel, target: Target, connection: Circumstances['connection']): Promise<Next> {
    try {
      return await this.#transactions(attempt, channel, circumstancesOf(target, connection))
    } finally {
      this.#pool.give(keyOf(target), channel)
    }
  }

  /** As many transactions as the server's limit of recipients makes necessary. */
  async #transactions(attempt: Attempt, channel: Channel, circumstances: Circumstances): Promise<Next> {
    const { job } = attempt
    const obstacle = obstacleOf(channel, job)
    if (obstacle) return this.#judge(attempt, obstacle, circumstances)
    attempt.usedTls(channel.tls)
    const limit = Math.min(
      recipientsLimit(channel.capabilities) ?? RECIPIENTS_PER_TRANSACTION_MAX,
      RECIPIENTS_PER_TRANSACTION_MAX,
    )
    for (let turn = 1; !attempt.isSettled; turn++) {
      const recipients = attempt.waiting(limit)
      const envelope = {
        reversePath: job.reversePath,
        recipients: recipients.map(({ address }) => address),
        sizeBytes: job.sizeBytes,
        eightBit: job.eightBit,
        smtpUtf8: job.smtpUtf8,
      }
      const { result, trouble } = await channel.send(envelope, job.open())
      const { answers, rest } = judgeTransaction(result, circumstances)
      const complete = attempt.apply(recipients, answers)
      if (rest) return attempt.note(rest)
      if (trouble) return this.#judge(attempt, trouble, circumstances, result)
      const isLast = !channel.usable || !complete || turn === TRANSACTIONS_PER_ATTEMPT_MAX
      if (isLast) attempt.applyOtherwise(recipients, answers)
      if (isLast) return 'next-host'
    }
    return 'stop'
  }

  #judge(attempt: Attempt, trouble: Trouble, circumstances: Circumstances, progress?: Parameters<typeof judgeTrouble>[2]): Next {
    attempt.transcript.note(describe(trouble))
    if (trouble.type === 'content')
      this.#parts.log.error('content could not be sent', { destination: attempt.job.destination, cause: trouble.detail })
    const judgement = judgeTrouble(trouble, circumstances, progress)
    return judgement.next === 'fresh' || judgement.next === 'in-clear' ? judgement.next : attempt.note(judgement)
  }
}

/** An address with a control character in it never reaches the wire. */
function refuseUnsafe(attempt: Attempt): void {
  const { job } = attempt
  const unsafe = (text: string): boolean => !isSafeOnTheWire(text)
  if (unsafe(job.reversePath)) {
    attempt.answerRest({ type: 'failed', code: 553, enhanced: '5.1.7', text: 'the sender address cannot be written in SMTP' })
  }
  attempt.apply(
    job.recipients,
    job.recipients.map(({ address }) =>
      unsafe(address)
        ? { type: 'failed', code: 553, enhanced: '5.1.3', text: 'the address cannot be written in SMTP' }
        : undefined,
    ),
  )
}

/** RFC 6152, RFC 6531 §3.5, RFC 1870 §6: what a host does not offer to carry is not forced on it. */
function obstacleOf({ capabilities }: Channel, job: RemoteJob): Trouble | undefined {
  if (job.smtpUtf8 && !capabilities.has('SMTPUTF8')) {
    return {
      type: 'cannot-carry',
      what: 'smtputf8',
      detail: 'the host does not take internationalised mail (SMTPUTF8), which this message needs',
    }
  }
  if (job.eightBit && !capabilities.has('8BITMIME')) {
    return {
      type: 'cannot-carry',
      what: 'eight-bit',
      detail: 'the host does not take 8-bit content (8BITMIME), which this message has',
    }
  }
  const largest = sizeLimit(capabilities)
  if (largest === undefined || job.sizeBytes <= largest) return undefined
  return {
    type: 'cannot-carry',
    what: 'size',
    detail: `the host takes messages of up to ${largest} bytes; this one has ${job.sizeBytes}`,
  }
}

function targetOf(plan: HostsPlan, host: PlannedHost, address: string): Target {
  return { host: host.name, address, port: host.port, tlsPolicy: plan.tlsPolicy, credentials: plan.credentials }
}

function keyOf({ host, address, port, tlsPolicy, credentials }: Target): string {
  return `${host} ${address} ${port} ${tlsPolicy} ${credentials?.username ?? ''}`
}

function circumstancesOf({ host, tlsPolicy }: Target, connection: Circumstances['connection']): Circumstances {
  return { host, tlsPolicy, connection }
}
