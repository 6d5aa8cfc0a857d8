// Takes due recipients from the queue, has them delivered, and records what came of it. One in each thread that delivers. Everything it
// knows can be lost: the store has it, and another dispatcher goes on when this one's lease is over.

import type { IdSource } from '../../ground/ids.ts'
import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import type { Notify } from '../../ground/ports/notify.ts'
import type { Random } from '../../ground/ports/random.ts'
import type { Procedure } from '../../store/database/procedure.ts'
import type { Store } from '../../store/store.ts'
import {
  CLAIM_MAX,
  type ClaimAnswer,
  claimDestinationProcedure,
  dueDestinations,
  heartbeatProcedure,
  holdDestinationProcedure,
  nextDelay,
  type QueueSettings,
  RECOVER_MAX,
  releaseDestinationsProcedure,
  releaseWorkerProcedure,
  resumeDestinationProcedure,
  unclaimProcedure,
} from '../queue/queue.ts'
import { type AttemptParts, attemptJob } from './dispatcher-attempt.ts'
import { Destination } from './dispatcher-destination.ts'
import { type Job, jobsOf } from './dispatcher-jobs.ts'
import { Recorder } from './dispatcher-recorder.ts'
import type { HoldDestination, RemoteDeliverer } from './job.ts'
import { BEATS_PER_LEASE, CLAIMS_MAX, DESTINATIONS_MAX, POLL_MS, RESULTS_WAITING_MAX } from './limits.ts'
import type { LocalDirectory } from './local/local.ts'

export interface DispatcherParts {
  readonly store: Store
  readonly notify: Pick<Notify, 'subscribe'>
  readonly clock: Clock
  readonly random: Random
  readonly ids: IdSource
  readonly log: Log
  readonly settings: QueueSettings
  /** Our name in reports. */
  readonly hostname: string
  readonly remote: RemoteDeliverer
  /** `DirectoryCache`. */
  readonly directory: LocalDirectory
}

export interface DispatcherState {
  readonly running: number
  /** Jobs claimed and not begun. */
  readonly waiting: number
  /** Results not recorded yet. */
  readonly unrecorded: number
  /** The store refuses results, or the lease is over: nothing is started. */
  readonly paused: boolean
}

export class Dispatcher {
  #parts: DispatcherParts
  readonly #worker: string
  readonly #recorder: Recorder
  readonly #destinations = new Map<string, Destination>()
  /** Destinations that could do more if there were room in all. */
  readonly #waiting = new Set<Destination>()
  /** Suspect ones that could be tried if there were room among the probes. */
  readonly #waitingProbes = new Set<Destination>()
  #probes = 0
  #running = 0
  #claims = 0
  #leaseEnds = 0
  #stopping = false
  #polling = false
  #timers: (() => void)[] = []
  readonly #attempts = new Set<Promise<void>>()

  constructor(parts: DispatcherParts) {
    this.#parts = parts
    this.#worker = parts.ids.next()
    const { store, clock, log } = parts
    this.#recorder = new Recorder({ store, clock, log, recorded: () => this.#serveWaiting() })
  }

  /** From now on; what is under way goes on as it began. */
  configure(settings: QueueSettings): void {
    this.#parts = { ...this.#parts, settings }
  }

  /** Begins; what is due already is found by the first look. */
  start(): void {
    this.#timers.push(this.#parts.notify.subscribe('queue', (destination) => this.#hint(destination)))
    this.#every(
      () => this.#parts.settings.lease / BEATS_PER_LEASE,
      () => this.#beat(),
    )
    this.#every(
      () => POLL_MS,
      () => this.#poll(),
    )
  }

  /** Starts nothing more, waits for what is under way (as long as the setting says), records it, gives back the rest. */
  async stop(): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    const { clock, settings } = this.#parts
    await Promise.all([...this.#destinations.values()].map((destination) => this.#giveBack(destination)))
    const deadline = new AbortController()
    const cancel = clock.after(settings.stopWithin, () => deadline.abort())
    await Promise.race([Promise.all(this.#attempts), aborted(deadline.signal)])
    await this.#recorder.drained(deadline.signal)
    this.#recorder.close()
    cancel()
    for (const stop of this.#timers.splice(0)) stop()
    while ((await this.#call(releaseWorkerProcedure, { worker: this.#worker })) === RECOVER_MAX);
  }

  get state(): DispatcherState {
    let waiting = 0
    for (const destination of this.#destinations.values()) waiting += destination.jobs.length
    return { running: this.#running, waiting, unrecorded: this.#recorder.size, paused: this.#paused() }
  }

  #paused(): boolean {
    return (
      this.#stopping ||
      this.#recorder.sick ||
      this.#recorder.size >= RESULTS_WAITING_MAX ||
      this.#parts.clock.monotonic() >= this.#leaseEnds
    )
  }

  // ---- finding work

  #hint(name: string, suspect = false): void {
    const destination = this.#destinations.get(name) ?? this.#newDestination(name)
    if (destination === undefined) return
    destination.hinted = true
    if (suspect) destination.suspect = true
    this.#serve(destination)
  }

  #newDestination(name: string): Destination | undefined {
    if (this.#destinations.size >= DESTINATIONS_MAX) return undefined
    const destination = new Destination(name)
    destination.usedAt = this.#parts.clock.monotonic()
    this.#destinations.set(name, destination)
    return destination
  }

  async #poll(): Promise<void> {
    const { store, clock } = this.#parts
    this.#serveWaiting()
    this.#releaseIdle()
    if (this.#polling || this.#paused()) return
    this.#polling = true
    try {
      for (const { name, suspect } of await dueDestinations(store, { worker: this.#worker, now: clock.now() })) {
        const known = this.#destinations.get(name)
        // It is nobody else's now, whatever was said before; a destination of ours that is suspended is not due.
        if (known !== undefined) known.blockedUntil = 0
        this.#hint(name, suspect)
      }
    } finally {
      this.#polling = false
    }
  }

  // ---- claiming and starting

  #serve(destination: Destination): void {
    if (this.#paused()) return void this.#waiting.add(destination)
    if (destination.suspect && this.#probes >= this.#probesMax()) return void this.#waitingProbes.add(destination)
    const { settings, clock } = this.#parts
    while (destination.running < settings.destinationConcurrency && this.#running < settings.concurrency) {
      const job = destination.jobs.shift()
      if (job === undefined) break
      this.#startJob(destination, job)
    }
    const count = destination.claimable({ concurrency: settings.destinationConcurrency, claimMax: CLAIM_MAX }, clock.monotonic())
    const full = this.#running >= settings.concurrency || this.#claims >= CLAIMS_MAX
    if (count > 0 && !full) this.#track(this.#claim(destination, count))
    // At its own limit it is served again when one of its attempts ends.
    else if (full && (count > 0 || destination.jobs.length > 0)) this.#waiting.add(destination)
  }

  /** In turn, each once at most. */
  #serveWaiting(): void {
    let left = this.#waiting.size
    for (const destination of this.#waiting) {
      if (left-- === 0 || this.#paused() || this.#running >= this.#parts.settings.concurrency) return
      this.#waiting.delete(destination)
      this.#serve(destination)
    }
    for (const destination of this.#waitingProbes) {
      if (this.#paused() || this.#probes + this.#claims >= this.#probesMax()) return
      this.#waitingProbes.delete(destination)
      this.#serve(destination)
    }
  }

  /** Hosts that do not answer hold an attempt for a minute and more: they may have half the room, the others' mail has the rest. */
  #probesMax(): number {
    return Math.max(1, Math.floor(this.#parts.settings.concurrency / 2))
  }

  async #claim(destination: Destination, limit: number): Promise<void> {
    const { clock, settings } = this.#parts
    destination.claiming = true
    destination.hinted = false
    this.#claims++
    const args = { worker: this.#worker, destination: destination.name, now: clock.now(), limit, scheduleMs: settings.retry }
    const answer = await this.#call(claimDestinationProcedure, args)
    this.#claims--
    destination.claiming = false
    destination.usedAt = clock.monotonic()
    if (answer !== undefined) await this.#claimed(destination, answer)
    if (this.#stopping) await this.#giveBack(destination)
    else this.#serve(destination)
    this.#serveWaiting()
  }

  async #claimed(destination: Destination, answer: ClaimAnswer): Promise<void> {
    const { clock, settings } = this.#parts
    destination.leased = answer.type === 'claimed'
    switch (answer.type) {
      case 'claimed':
        if (answer.more) destination.hinted = true
        destination.suspect = answer.suspect
        destination.jobs.push(...jobsOf(answer.recipients, { token: answer.token, recipientsMax: settings.recipientsPerAttempt }))
        return
      case 'leased':
      case 'held':
        destination.blockedUntil = clock.monotonic() + Math.max(0, answer.until - clock.now())
        return
      case 'lapsed':
        destination.hinted = true
        destination.blockedUntil = clock.monotonic() + POLL_MS
        await this.#lapsed()
        await this.#beat()
        return
    }
  }

  #startJob(destination: Destination, job: Job): void {
    this.#running++
    destination.running++
    if (destination.suspect) this.#probes++
    this.#track(this.#run(destination, job, { probe: destination.suspect }))
  }

  async #run(destination: Destination, job: Job, { probe }: { readonly probe: boolean }): Promise<void> {
    const { clock, settings, random } = this.#parts
    const parts: AttemptParts = {
      ...this.#parts,
      worker: this.#worker,
      dueAt: (attempt) => clock.now() + nextDelay(attempt, settings.retry, random),
    }
    const ended = await attemptJob(parts, job)
    this.#running--
    destination.running--
    if (probe) this.#probes--
    destination.usedAt = clock.monotonic()
    this.#recorder.push(ended.delivery)
    if (ended.holdDestination) await this.#hold(destination, ended.holdDestination)
    else if (destination.suspect && ended.answered) await this.#answered(destination)
    this.#serve(destination)
    this.#serveWaiting()
  }

  /** It works again: at full speed from here on. */
  async #answered(destination: Destination): Promise<void> {
    destination.suspect = false
    destination.hinted = true
    await this.#call(resumeDestinationProcedure, { destination: destination.name })
  }

  async #hold(destination: Destination, hold: HoldDestination): Promise<void> {
    const { clock, log } = this.#parts
    const now = clock.now()
    if (hold.untilMs <= now) return
    destination.suspect = true
    destination.blockedUntil = clock.monotonic() + (hold.untilMs - now)
    log.info('a destination is left alone for a while', {
      destination: destination.name,
      until: hold.untilMs,
      reason: hold.reason,
    })
    await this.#call(holdDestinationProcedure, { destination: destination.name, until: hold.untilMs, reason: hold.reason, now })
    await this.#giveBack(destination)
  }

  // ---- leases

  async #beat(): Promise<void> {
    const { clock, settings } = this.#parts
    const sentAt = clock.monotonic()
    if (this.#leaseEnds !== 0 && sentAt >= this.#leaseEnds) await this.#lapsed()
    const now = clock.now()
    const answer = await this.#parts.store.call(heartbeatProcedure, {
      worker: this.#worker,
      now,
      leaseUntil: now + settings.lease,
    })
    if (!answer.ok) return this.#parts.log.error('the heartbeat of a dispatcher was not written', { cause: answer.error.detail })
    const first = this.#leaseEnds === 0
    this.#leaseEnds = sentAt + settings.lease
    if (first) await this.#poll()
    this.#serveWaiting()
  }

  /** Others may have what was claimed and not begun: it is not begun here any more. What is under way ends, and is fenced. */
  async #lapsed(): Promise<void> {
    this.#parts.log.warn('the lease of a dispatcher was over before it was renewed; what it had not begun goes back', {
      worker: this.#worker,
    })
    this.#leaseEnds = 0
    await Promise.all([...this.#destinations.values()].map((destination) => this.#giveBack(destination)))
  }

  #releaseIdle(): void {
    const { clock, settings } = this.#parts
    const before = clock.monotonic() - settings.idleDestination
    const leased: string[] = []
    for (const destination of this.#destinations.values()) {
      if (!destination.idle || destination.usedAt > before || destination.blockedUntil > clock.monotonic()) continue
      this.#destinations.delete(destination.name)
      this.#waiting.delete(destination)
      this.#waitingProbes.delete(destination)
      if (destination.leased) leased.push(destination.name)
    }
    if (leased.length > 0)
      this.#track(this.#call(releaseDestinationsProcedure, { worker: this.#worker, destinations: leased }).then(() => undefined))
  }

  async #giveBack(destination: Destination): Promise<void> {
    const byToken = Map.groupBy(destination.takeJobs(), (job) => job.token)
    for (const [token, jobs] of byToken) {
      const recipients = jobs.flatMap((job) => job.recipients)
      await this.#call(unclaimProcedure, { worker: this.#worker, token, now: this.#parts.clock.now(), recipients })
    }
  }

  // ---- plumbing

  async #call<Args, R>(procedure: Procedure<Args, R>, args: Args): Promise<R | undefined> {
    const answer = await this.#parts.store.call(procedure, args)
    if (answer.ok) return answer.value
    this.#parts.log.error('the store refused the dispatcher', { procedure: procedure.name, cause: answer.error.detail })
    return undefined
  }

  /** Keeps a promise until it ends, and a bug in it from ending the program. */
  #track(promise: Promise<void>): void {
    const tracked = promise.catch((cause: unknown) => this.#parts.log.error('the dispatcher broke', { cause: textOf(cause) }))
    this.#attempts.add(tracked)
    void tracked.finally(() => this.#attempts.delete(tracked))
  }

  #every(periodMs: () => number, action: () => Promise<void>): void {
    let stopped = false
    let cancel = () => {}
    const run = () => {
      void action()
        .catch((cause: unknown) => this.#parts.log.error('the dispatcher broke', { cause: textOf(cause) }))
        .finally(() => {
          if (!stopped) cancel = this.#parts.clock.after(periodMs(), run)
        })
    }
    this.#timers.push(() => {
      stopped = true
      cancel()
    })
    run()
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
}
