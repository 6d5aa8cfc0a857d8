// A session without a network, for tests: what the client writes goes in as text, what the server answers comes out as text.

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { idSource } from '../../ground/ids.ts'
import type { Connection, ConnectionHandler, TlsFacts } from '../../ground/ports/connection.ts'
import type { Log } from '../../ground/ports/log.ts'
import { ok } from '../../ground/result.ts'
import { nodeClock } from '../../platform/node/clock.ts'
import { nodeRandom } from '../../platform/node/random.ts'
import { contentMigrations } from '../../store/content/content.tables.ts'
import { contentProcedures } from '../../store/content/content.ts'
import type { Procedure } from '../../store/database/procedure.ts'
import { openTestStore } from '../../store/database/testing.ts'
import { directoryMigrations } from '../../store/directory/directory.tables.ts'
import {
  addAliasProcedure,
  addDomainProcedure,
  addOrganisationProcedure,
  addPersonProcedure,
  DirectoryCache,
  directoryProcedures,
  findPerson,
} from '../../store/directory/directory.ts'
import { eventMigrations } from '../../store/events/events.tables.ts'
import { eventProcedures } from '../../store/events/events.ts'
import type { Store } from '../../store/store.ts'
import { mailboxMigrations } from '../mailbox/mailbox.tables.ts'
import { createInboxProcedure, mailboxProcedures } from '../mailbox/mailbox.ts'
import { queueMigrations } from '../queue/queue.tables.ts'
import { queueProcedures } from '../queue/queue.ts'
import type { SessionContext, SessionRole } from './context.ts'
import { LocalMailboxes, networkTest, SmtpService, sessionProcedures } from './session.ts'
import { SessionSettings } from './settings.ts'

export const PASSWORD = 'correct horse'

export interface House {
  readonly store: Store
  readonly context: SessionContext
  /** Log lines of level error. */
  readonly errors: string[]
  /** Aborts `context.stopping`. */
  stop(): void
  person(address: string): Promise<void>
  alias(address: string, target: string): Promise<void>
}

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => silent }

/** A store with the domain `here.test`. */
export async function openHouse(
  t: TestContext,
  changes: Omit<Partial<SessionContext>, 'settings'> & { readonly settings?: object } = {},
): Promise<House> {
  const store = await openTestStore({
    migrations: [...directoryMigrations, ...contentMigrations, ...eventMigrations, ...queueMigrations, ...mailboxMigrations],
    procedures: [
      ...directoryProcedures,
      ...contentProcedures,
      ...eventProcedures,
      ...queueProcedures,
      ...mailboxProcedures,
      ...sessionProcedures,
    ] as readonly Procedure<never, unknown>[],
    onBug: () => {},
  })
  t.after(() => store.close())
  const org = await done(store, addOrganisationProcedure, { name: 'Here', at: 0 })
  await done(store, addDomainProcedure, { org, name: 'here.test', at: 0 })
  const stopping = new AbortController()
  const errors: string[] = []
  const notify = { subscribe: () => () => {} }
  const ids = idSource(nodeClock, nodeRandom())
  const { settings: changed, ...others } = changes
  const settings = SessionSettings.parse(changed ?? {})
  const directory = new DirectoryCache({ store, clock: nodeClock, notify })
  const context: SessionContext = {
    store,
    directory,
    mailboxes: new LocalMailboxes({ store, notify }),
    authenticator: {
      async authenticate(name, password) {
        const person = await findPerson(store, name)
        return person && password === PASSWORD ? ok(person) : { ok: false, error: 'bad-credentials' }
      },
    },
    clock: { ...nodeClock, sleep: () => Promise.resolve() },
    ids,
    log: { ...silent, error: (message, fields) => void errors.push(`${message} ${fields?.cause ?? ''}`) },
    hostname: 'mx.here.test',
    settings,
    patience: { expireAfter: 1000, delayNoticeAfter: 100 },
    isTrusted: networkTest(settings.trustedNetworks),
    hasRoom: () => true,
    stopping: stopping.signal,
    ...others,
  }
  return {
    store,
    context,
    errors,
    stop: () => stopping.abort(),
    async person(address) {
      const [localPart = '', domain = ''] = address.split('@')
      const id = ids.next()
      await done(store, addPersonProcedure, { org, id, localPart, domain, name: '', secret: null, at: 0 })
      await done(store, createInboxProcedure, { org, personId: id, id: ids.next(), now: 0 })
      directory.forget()
    },
    async alias(address, target) {
      const [localPart = '', domain = ''] = address.split('@')
      await done(store, addAliasProcedure, { org, localPart, domain, target })
      directory.forget()
    },
  }
}

export async function done<Args, R>(store: Store, procedure: Procedure<Args, R>, args: Args): Promise<R> {
  const answer = await store.call(procedure, args)
  assert.ok(answer.ok, JSON.stringify(answer))
  return answer.value
}

export interface Talk {
  /** Sends, and answers what came back until the session waits for more. */
  say(text: string): Promise<string>
  /** The peer closes its half. */
  halfClose(): Promise<string>
  readonly ended: boolean
  readonly service: SmtpService
}

/** Turns of the event loop a quiet session may need: its steps are few and the store answers within one. */
const QUIET_TURNS = 40

export function talkTo(house: House, role: SessionRole, peer = '192.0.2.7'): Talk {
  const service = new SmtpService({ role, context: house.context, startTls: true })
  let output = ''
  let ended = false
  let handler: ConnectionHandler | undefined
  const connection: Connection = {
    local: { address: '192.0.2.1', port: 25 },
    remote: { address: peer, port: 40000 },
    tls: undefined,
    handle: (given) => {
      handler = given
    },
    write(bytes) {
      output += Buffer.from(bytes as Uint8Array).toString('latin1')
      return true
    },
    pause: () => {},
    resume: () => {},
    startTls: async () => ok<TlsFacts>({ protocol: 'TLSv1.3', cipher: 'X', verified: false }),
    end() {
      ended = true
    },
    destroy() {
      ended = true
    },
    idleTimeout: () => {},
  }
  service.accept(connection)
  const settle = async (): Promise<string> => {
    for (let quiet = 0, seen = output; quiet < QUIET_TURNS; quiet++) {
      await new Promise((resolve) => setImmediate(resolve))
      if (seen !== output) quiet = 0
      seen = output
    }
    const said = output
    output = ''
    return said
  }
  return {
    async say(text) {
      if (text !== '') handler?.data(Buffer.from(text, 'utf8'))
      return settle()
    },
    async halfClose() {
      handler?.ended()
      return settle()
    },
    get ended() {
      return ended
    },
    service,
  }
}
