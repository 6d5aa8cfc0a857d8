// A small world that answers like a server, for tests of the doors: some messages, a directory, and a record of what was asked.

import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import { ok } from '../../ground/result.ts'
import type { Domain, Journey, JourneyRow, QueueChange, QueueRow, User } from './contract.ts'
import { failure } from './errors.ts'
import type { Changes } from './live.ts'
import type { Operations } from './operations.ts'
import { sampleJourneys } from './testing-journeys.ts'

export { sampleJourneys } from './testing-journeys.ts'

export interface World {
  now: number
  journeys: Journey[]
  domains: Domain[]
  users: User[]
  readonly changes: QueueChange[]
  readonly sent: { from: string; to: readonly string[]; text: string }[]
  stopped: boolean
  /** Tells whoever watches. */
  hint(id: string): void
  watchers(): number
  readonly feed: Changes
}

export const NOW = Date.UTC(2026, 2, 14, 9, 30, 0)

export function testWorld(journeys: Journey[] = sampleJourneys(NOW)): World {
  const listeners = new Set<() => void>()
  const changed: string[] = []
  return {
    now: NOW,
    journeys,
    domains: [{ name: 'example.com', createdAt: NOW - 86_400_000, users: 2 }],
    users: [{ address: 'anna@example.com', name: 'Anna', disabled: false }],
    changes: [],
    sent: [],
    stopped: false,
    hint(id) {
      changed.push(id)
      for (const listener of listeners) listener()
    },
    watchers: () => listeners.size,
    feed: {
      since: async (cursor) => ({ cursor: changed.length, ids: cursor === undefined ? [] : changed.slice(cursor), more: false }),
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
  }
}

/** Real time: what waits for it here waits for sockets. */
export const testClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
  sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
}

export function testLog(): Log {
  const silent = (): void => {}
  const log: Log = { debug: silent, info: silent, warn: silent, error: silent, child: () => log }
  return log
}

export function fakeOperations(world: World): Operations {
  return { ...fakeDirectory(world), ...fakeMessages(world) }
}

type DirectoryOperations = Pick<
  Operations,
  | 'status'
  | 'reload'
  | 'stop'
  | 'listDomains'
  | 'addDomain'
  | 'removeDomain'
  | 'listUsers'
  | 'addUser'
  | 'setPassword'
  | 'removeUser'
>

function fakeDirectory(world: World): DirectoryOperations {
  return {
    status: async () =>
      ok({
        version: '0.1.0',
        pid: 4711,
        startedAt: world.now - 3_600_000,
        hostname: 'mail.example.com',
        listeners: [{ name: 'mx', address: '127.0.0.1', port: 10025 }],
        queue: { waiting: 2, sending: 0, held: 1 },
      }),
    reload: async () => ok({ done: true, waiting: ['process'] }),
    async stop() {
      world.stopped = true
      return ok({ done: true })
    },
    listDomains: async () => ok({ rows: world.domains }),
    async addDomain(name) {
      if (world.domains.some((domain) => domain.name === name))
        return failure('already-exists', `The domain ${name} is there already.`, 'Nothing needs to be done.')
      const domain = { name, createdAt: world.now, users: 0 }
      world.domains.push(domain)
      return ok(domain)
    },
    removeDomain: async (name) =>
      world.domains.some((domain) => domain.name === name)
        ? ok({ done: true })
        : failure('not-found', `There is no domain ${name}.`, '"posthorn domain list" shows the domains.'),
    listUsers: async () => ok({ rows: world.users }),
    async addUser({ address, name, password }) {
      const user = { address, name, disabled: false }
      world.users.push(user)
      return ok(password === undefined ? { user, password: 'made-by-the-server' } : { user })
    },
    setPassword: async (_address, password) => ok(password === undefined ? { password: 'made-by-the-server' } : {}),
    removeUser: async () => ok({ done: true }),
  }
}

function fakeMessages(world: World): Omit<Operations, keyof DirectoryOperations> {
  return {
    async send({ from, to, content }) {
      const chunks: Uint8Array[] = []
      for await (const chunk of content) chunks.push(chunk)
      world.sent.push({ from, to, text: Buffer.concat(chunks).toString('latin1') })
      return ok({ id: '01jqsent0000000000', recipientCount: to.length })
    },
    queue: async () => ok({ rows: world.journeys.flatMap(queueRows) }),
    async changeQueue(change) {
      world.changes.push(change)
      return ok({ changed: 1, held: 0, sending: 0 })
    },
    async journeys({ q, address, messageId, limit }) {
      const wanted = (q ?? address ?? messageId)?.toLowerCase()
      const found = world.journeys.filter((journey) => wanted === undefined || mentions(journey, wanted))
      return ok({
        rows: [...found]
          .sort((a, b) => b.at - a.at)
          .slice(0, limit)
          .map(rowOf),
      })
    },
    async journey(id) {
      const found = world.journeys.find((journey) => journey.id === id)
      return found
        ? ok(found)
        : failure('not-found', 'There is no message with this id.', 'Search for an address to find messages.')
    },
  }
}

function mentions(journey: Journey, wanted: string): boolean {
  return [journey.id, journey.messageId, journey.from, ...journey.recipients.map((r) => r.address)].some(
    (text) => text?.toLowerCase() === wanted,
  )
}

function rowOf(journey: Journey): JourneyRow {
  const { id, at, from, subject, sizeBytes, state, recipients } = journey
  const states = [...new Set(recipients.map((r) => r.state))].map((s) => ({
    state: s,
    count: recipients.filter((r) => r.state === s).length,
  }))
  const last = recipients.find((r) => r.lastReply)?.lastReply
  const next = recipients.find((r) => r.nextAttemptAt)?.nextAttemptAt
  return {
    id,
    at,
    from,
    subject,
    sizeBytes,
    state,
    states,
    to: recipients.slice(0, 5).map((r) => r.address),
    recipientCount: recipients.length,
    ...(last ? { lastReply: last } : {}),
    ...(next ? { nextAttemptAt: next } : {}),
  }
}

function queueRows(journey: Journey): QueueRow[] {
  const { id, from, subject, sizeBytes, at } = journey
  return journey.recipients
    .filter((r) => ['waiting', 'sending', 'held'].includes(r.state))
    .map(({ n, address, destination, state, attempts, nextAttemptAt, restsUntil, lastReply }) => ({
      id,
      from,
      subject,
      sizeBytes,
      n,
      to: address,
      destination,
      state,
      attempts,
      receivedAt: at,
      ...(nextAttemptAt ? { nextAttemptAt } : {}),
      ...(restsUntil ? { restsUntil } : {}),
      ...(lastReply ? { lastReply } : {}),
    }))
}
