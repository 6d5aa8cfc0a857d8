// A dispatcher's world for tests: a clock that moves when told, hosts that answer from a script, a directory in memory.

import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import type { FoundRecipient } from '../../store/directory/directory.ts'
import type { AttemptReport, Outcome, RemoteDeliverer, RemoteJob } from './job.ts'
import type { LocalDirectory } from './local/local.ts'

interface Timer {
  readonly at: number
  readonly run: () => void
}

export class TestClock implements Clock {
  wall: number
  #monotonic = 0
  readonly #timers = new Set<Timer>()

  constructor(startMs: number) {
    this.wall = startMs
  }

  now(): number {
    return this.wall
  }

  monotonic(): number {
    return this.#monotonic
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#monotonic + Math.max(0, delayMs), run }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.after(delayMs, resolve))
  }

  /** Runs what falls due on the way, one timer at a time, and lets each come to rest. */
  async advance(ms: number): Promise<void> {
    const until = this.#monotonic + ms
    await settle()
    for (;;) {
      const next = [...this.#timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.#timers.delete(next)
      this.#move(next.at)
      next.run()
      await settle()
    }
    this.#move(until)
    await settle()
  }

  #move(to: number): void {
    this.wall += to - this.#monotonic
    this.#monotonic = to
  }
}

/** Until everything that needs no time has happened: the store answers within a few turns of the loop. */
export async function settle(turns = 60): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve))
}

type Answer = Outcome | ((job: RemoteJob) => Promise<AttemptReport> | AttemptReport)

/** Answers per destination; jobs can be held back until told. */
export class ScriptedRemote implements RemoteDeliverer {
  readonly jobs: RemoteJob[] = []
  readonly answers = new Map<string, Answer>()
  running = 0
  runningMax = 0
  #gate: Promise<void> | undefined
  #open: (() => void) | undefined

  /** Attempts wait until `go`. */
  wait(): void {
    this.#gate = new Promise((resolve) => {
      this.#open = resolve
    })
  }

  go(): void {
    this.#open?.()
    this.#gate = undefined
  }

  async attempt(job: RemoteJob): Promise<AttemptReport> {
    this.jobs.push(job)
    this.running++
    this.runningMax = Math.max(this.runningMax, this.running)
    try {
      await this.#gate
      const answer = this.answers.get(job.destination) ?? DELIVERED
      return typeof answer === 'function' ? await answer(job) : reportOf(job, answer)
    } finally {
      this.running--
    }
  }
}

export const DELIVERED: Outcome = { type: 'delivered', code: 250, enhanced: '2.0.0', text: 'ok', host: 'mx.example' }
export const DEFERRED: Outcome = { type: 'deferred', code: 451, enhanced: '4.3.2', text: 'later', host: 'mx.example' }
export const FAILED: Outcome = { type: 'failed', code: 550, enhanced: '5.1.1', text: 'no such user', host: 'mx.example' }

export function reportOf(job: RemoteJob, outcome: Outcome): AttemptReport {
  return {
    recipients: job.recipients.map(({ n }) => ({ n, outcome })),
    transcript: [{ at: 0, direction: 'in', line: `${outcome.code} ${outcome.text}` }],
  }
}

export class TestDirectory implements LocalDirectory {
  readonly domains = new Set<string>()
  readonly recipients = new Map<string, FoundRecipient>()

  async isLocalDomain(domain: string): Promise<boolean> {
    return this.domains.has(domain)
  }

  async findRecipient(address: string): Promise<FoundRecipient | undefined> {
    return this.recipients.get(address)
  }
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLog }
