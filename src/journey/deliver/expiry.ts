// The sweep: what happens to messages because time passes, whether or not anybody attempts them; and what dead workers left. Any number of
// threads or servers may run one: each step is a procedure that looks again before it changes anything.

import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import type { Store } from '../../store/store.ts'
import {
  type Attention,
  expireMessageProcedure,
  forgetDestinationsProcedure,
  forgetProcedure,
  lapsedWorkers,
  lateDestinations,
  longestDelay,
  noticeDelayProcedure,
  postponeAttentionProcedure,
  putTimesRightProcedure,
  type QueueSettings,
  recoverWorkersProcedure,
  repairDestinationsProcedure,
  wantingAttention,
} from '../queue/queue.ts'
import type { ReportParts } from './bounce.ts'
import { planReport } from './bounce.ts'
import {
  ATTENTION_PAGES_MAX,
  DEAD_FOR_MS,
  FORGET_CALLS_MAX,
  HOLD_MS_MAX,
  POSTPONED_MS,
  SWEEP_MS,
  SWEEPS_PER_FORGETTING,
  SWEEPS_PER_REPAIR,
} from './limits.ts'

export interface SweepParts {
  readonly store: Store
  readonly clock: Clock
  readonly ids: ReportParts['ids']
  readonly log: Log
  readonly settings: QueueSettings
  readonly hostname: string
  /** The longest that an attempt may ask to leave a destination alone. */
  readonly holdMsMax?: number
}

export class Sweep {
  #parts: SweepParts
  /** Lapsed workers, and since when by the clock that does not jump. */
  readonly #lapsed = new Map<string, number>()
  #count = 0
  #cancel: (() => void) | undefined
  #stopped = false
  #under: Promise<void> = Promise.resolve()

  constructor(parts: SweepParts) {
    this.#parts = parts
  }

  /** From now on. */
  configure(settings: QueueSettings): void {
    this.#parts = { ...this.#parts, settings }
  }

  start(): void {
    this.#under = this.run().finally(() => {
      if (!this.#stopped) this.#cancel = this.#parts.clock.after(SWEEP_MS, () => this.start())
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel?.()
    await this.#under
  }

  /** One round. A fault of the store ends it; the next one is soon. */
  async run(): Promise<void> {
    try {
      await this.#recover()
      await this.#attend()
      if (this.#count % SWEEPS_PER_REPAIR === 0) {
        await this.#putTimesRight()
        await this.#repair()
      }
      if (this.#count % SWEEPS_PER_FORGETTING === 0) await this.#forget()
    } catch (cause) {
      this.#parts.log.error('the sweep of the queue broke', {
        cause: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
      })
    }
    this.#count++
  }

  /** Not at first sight: when the wall clock jumps, every living worker looks dead until its next heartbeat. */
  async #recover(): Promise<void> {
    const { store, clock, log } = this.#parts
    const now = clock.now()
    const lapsed = new Set(await lapsedWorkers(store, { now }))
    for (const id of this.#lapsed.keys()) if (!lapsed.has(id)) this.#lapsed.delete(id)
    for (const id of lapsed) if (!this.#lapsed.has(id)) this.#lapsed.set(id, clock.monotonic())
    const dead = [...this.#lapsed].filter(([, since]) => clock.monotonic() - since >= DEAD_FOR_MS).map(([id]) => id)
    if (dead.length === 0) return
    log.warn('workers died; their recipients are tried by others', { workers: dead })
    await store.call(recoverWorkersProcedure, { now, only: dead })
  }

  async #attend(): Promise<void> {
    const { store, clock } = this.#parts
    for (let page = 0; page < ATTENTION_PAGES_MAX && !this.#stopped; page++) {
      const wanting = await wantingAttention(store, { now: clock.now() })
      const done = await Promise.all(wanting.map((attention) => this.#attendOrPostpone(attention)))
      if (!done.includes(true)) return
    }
  }

  /** True when something came of it. */
  async #attendOrPostpone(attention: Attention): Promise<boolean> {
    const { store, clock, log } = this.#parts
    const { org, id: messageId } = attention.message
    const problem = await this.#attendTo(attention).catch((cause: unknown) => String(cause))
    if (problem === undefined) return true
    log.error('a message whose time has come could not be dealt with', { messageId, cause: problem })
    const answer = await store.call(postponeAttentionProcedure, { org, messageId, until: clock.now() + POSTPONED_MS })
    return answer.ok
  }

  async #attendTo({ message, type, recipients }: Attention): Promise<string | undefined> {
    const { store, clock, ids, hostname, settings } = this.#parts
    const now = clock.now()
    const kind = type === 'expired' ? 'failed' : 'delayed'
    const failed = recipients.map((one) => ({
      ...one,
      type: type === 'expired' ? ('expired' as const) : ('delayed' as const),
      ...replyOf(one),
    }))
    const reportParts = { store, ids, hostname, expireAfterMs: settings.expireAfter }
    const report =
      failed.length === 0 ? undefined : await planReport(reportParts, { kind, about: message, recipients: failed, at: now })
    const args = {
      org: message.org,
      messageId: message.id,
      now,
      ns: recipients.map((one) => one.n),
      ...(report ? { report } : {}),
    }
    const answer = await store.call(type === 'expired' ? expireMessageProcedure : noticeDelayProcedure, args)
    return answer.ok ? undefined : answer.error.detail
  }

  async #putTimesRight(): Promise<void> {
    const { store, clock, log, settings, holdMsMax = HOLD_MS_MAX } = this.#parts
    const retryMsMax = longestDelay(settings.retry)
    const answer = await store.call(putTimesRightProcedure, {
      now: clock.now(),
      retryMsMax,
      holdMsMax,
      leaseMsMax: settings.lease,
    })
    if (answer.ok && answer.value > 0)
      log.warn('the clock must have been wrong: times too far ahead were put right', { rows: answer.value })
  }

  async #repair(): Promise<void> {
    const { store, log } = this.#parts
    const late = await lateDestinations(store)
    if (late.length === 0) return
    log.info('destinations were due without anybody knowing; put right', { destinations: late.length })
    await store.call(repairDestinationsProcedure, { late })
  }

  async #forget(): Promise<void> {
    const { store, clock, settings } = this.#parts
    const before = clock.now() - settings.retention
    for (let i = 0; i < FORGET_CALLS_MAX; i++) {
      const answer = await store.call(forgetProcedure, { before })
      if (!answer.ok || answer.value === 0) break
    }
    await store.call(forgetDestinationsProcedure, { now: clock.now() })
  }
}

function replyOf(recipient: Attention['recipients'][number]) {
  if (recipient.lastReply !== undefined) return { reply: recipient.lastReply }
  return { reply: { code: 0, text: 'no attempt could be made' } }
}
