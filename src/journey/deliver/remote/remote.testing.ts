// For tests: a delivery with a clock that is moved by hand, a plan that is written down, and jobs made of a few words.

import type { TestContext } from 'node:test'
import type { Clock } from '../../../ground/ports/clock.ts'
import type { Dialer } from '../../../ground/ports/connection.ts'
import type { Log } from '../../../ground/ports/log.ts'
import { nodeDialer } from '../../../platform/node/dialer.ts'
import type { HostsPlan, Plan } from '../../route/route.ts'
import type { AttemptReport, RemoteJob } from '../job.ts'
import { RemoteDelivery } from './remote.ts'
import { type HostScript, ScriptedHost } from './scripted-host.testing.ts'
import { RemoteSettings } from './settings.ts'

export class HandClock implements Clock {
  #nowMs = 1_000_000
  #timers: { atMs: number; callback: () => void }[] = []

  now(): number {
    return this.#nowMs
  }

  monotonic(): number {
    return this.#nowMs
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  async sleep(): Promise<void> {}

  /** In steps of a second, so that timers that set themselves again have their turns. */
  advance(ms: number): void {
    for (const endMs = this.#nowMs + ms; this.#nowMs < endMs; ) {
      this.#nowMs = Math.min(endMs, this.#nowMs + 1000)
      const due = this.#timers.filter(({ atMs }) => atMs <= this.#nowMs)
      this.#timers = this.#timers.filter(({ atMs }) => atMs > this.#nowMs)
      for (const { callback } of due) callback()
    }
  }

  get timers(): number {
    return this.#timers.length
  }
}

export interface Lab {
  readonly delivery: RemoteDelivery
  readonly clock: HandClock
  readonly hosts: readonly ScriptedHost[]
  readonly errors: string[]
  /** Connections that our side has got. */
  readonly dialed: () => number
  attempt(job?: Partial<RemoteJob>): Promise<AttemptReport>
}

export interface LabOptions {
  /** One host for each, in order of preference. */
  readonly hosts?: readonly HostScript[]
  readonly plan?: (hosts: readonly ScriptedHost[]) => Plan
  readonly planChanges?: Partial<HostsPlan>
  readonly settings?: object
  readonly dialer?: Dialer
}

export const CONTENT = 'Subject: Hi\r\n\r\nHello\r\n.dot\r\n'

export async function lab(t: TestContext, options: LabOptions = {}): Promise<Lab> {
  const hosts = await Promise.all((options.hosts ?? [{}]).map((script) => ScriptedHost.start(script)))
  const clock = new HandClock()
  const errors: string[] = []
  const plan = options.plan?.(hosts) ?? { ...planOf(hosts), ...options.planChanges }
  let dialed = 0
  const dialer = options.dialer ?? nodeDialer
  const delivery = new RemoteDelivery({
    dialer: {
      async dial(wanted) {
        const connection = await dialer.dial(wanted)
        dialed++
        return connection
      },
    },
    router: { plan: async () => plan },
    clock,
    settings: RemoteSettings.parse(options.settings ?? {}),
    hostname: 'mail.own.example',
    log: collectingLog(errors),
  })
  t.after(async () => {
    delivery.abort()
    await Promise.all(hosts.map((host) => host.close()))
  })
  return { delivery, clock, hosts, errors, dialed: () => dialed, attempt: (changes) => delivery.attempt(job(changes)) }
}

export function planOf(hosts: readonly ScriptedHost[]): HostsPlan {
  return {
    type: 'hosts',
    source: 'mx',
    tlsPolicy: 'opportunistic',
    hosts: hosts.map(({ port }, i) => ({ name: `mx${i + 1}.example`, addresses: ['127.0.0.1'], port, preference: (i + 1) * 10 })),
  }
}

export function job(changes: Partial<RemoteJob> = {}): RemoteJob {
  return {
    destination: 'example.net',
    reversePath: 'a@example.org',
    recipients: [{ n: 1, address: 'b@example.net' }],
    sizeBytes: CONTENT.length,
    eightBit: false,
    smtpUtf8: false,
    open: () => pieces(CONTENT),
    ...changes,
  }
}

export function recipients(count: number): RemoteJob['recipients'] {
  return Array.from({ length: count }, (_, i) => ({ n: i + 1, address: `r${i + 1}@example.net` }))
}

export async function* pieces(...texts: readonly string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text, 'latin1')
}

/** `delivered 250`, `deferred 0 4.4.1` …, one for each recipient. */
export function outcomes(report: AttemptReport): readonly string[] {
  return report.recipients.map(
    ({ outcome }) => `${outcome.type} ${outcome.code}${outcome.enhanced === undefined ? '' : ` ${outcome.enhanced}`}`,
  )
}

function collectingLog(errors: string[]): Log {
  const log: Log = {
    debug() {},
    info() {},
    warn() {},
    error: (message, fields) => errors.push(`${message}: ${fields?.cause ?? ''}`),
    child: () => log,
  }
  return log
}
