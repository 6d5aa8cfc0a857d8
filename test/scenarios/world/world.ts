// A world for one story: one machine with the program, the others' hosts, people, clients, weather; all from one seed.

import { readSettings, type Settings } from '../../../src/config/config.ts'
import { openMailboxMessage, STANDARD_MAILBOXES } from '../../../src/journey/mailbox/mailbox.ts'
import {
  type Manners,
  RemoteHost,
  SendingClient,
  SimulatedClock,
  SimulatedLog,
  SimulatedNetwork,
  SimulatedNotify,
  SimulatedRandom,
  SimulatedResolver,
} from '../../../src/platform/simulated/simulated.ts'
import { addDomainProcedure, addOrganisationProcedure } from '../../../src/store/directory/directory.ts'
import { openAccountProcedure } from '../../../src/surface/operations/operations.ts'
import { Ledger } from './ledger.ts'
import { Machine } from './machine.ts'
import { mailboxEntries, recipientRows } from './questions.ts'

/** Ours. */
export const DOMAIN = 'posthorn.test'
const HOSTNAME = 'mail.posthorn.test'
const ADDRESS = '192.0.2.1'

/** Clients in it may send to everybody: the office. */
const OFFICE = '198.51.100.0/24'

/** Thursday, 1 January 2026, so that virtual times read well. */
const START_MS = Date.UTC(2026, 0, 1)

/** While nothing is open on the net, timers may be this late: five days of waiting in two seconds. Heartbeats are still in time. */
const IDLE_GRAIN_MS = 25_000

export interface WorldOptions {
  /** Threads that serve and deliver; the first also sweeps. */
  readonly workers?: number
  /** TOML, as an operator writes it. */
  readonly settings?: string
}

export class World {
  readonly seed: number
  readonly random: SimulatedRandom
  readonly clock: SimulatedClock
  readonly log = new SimulatedLog()
  readonly network: SimulatedNetwork
  readonly resolver: SimulatedResolver
  readonly notify: SimulatedNotify
  readonly hosts: RemoteHost[] = []
  readonly clients: SendingClient[] = []
  readonly people: string[] = []
  readonly ledger: Ledger
  readonly settings: Settings
  #machine: Machine | undefined
  #addresses = 0
  #ids = 0

  private constructor(seed: number, options: WorldOptions) {
    this.seed = seed
    this.random = new SimulatedRandom(seed)
    this.settings = settingsOf(options)
    this.clock = new SimulatedClock({ startMs: START_MS, grainMs: () => (this.network.underway > 0 ? 0 : IDLE_GRAIN_MS) })
    this.network = new SimulatedNetwork({ clock: this.clock, random: this.random.fork('network') })
    this.resolver = new SimulatedResolver(this.clock)
    this.notify = new SimulatedNotify({ clock: this.clock, random: this.random.fork('notify') })
    this.ledger = new Ledger(this)
  }

  static async open(seed: number, options: WorldOptions = {}): Promise<World> {
    const world = new World(seed, options)
    const { clock, random, network, resolver, notify, log, settings } = world
    const machine = await Machine.build({
      ...{ clock, network, resolver, notify, log, settings },
      random: random.fork('machine'),
      address: ADDRESS,
      hostname: HOSTNAME,
      workers: options.workers ?? 1,
    })
    world.#machine = machine
    machine.onCrash = () => world.ledger.noteLoss()
    // Every piece of bytes that arrives anywhere is an instant at which the power can fail.
    network.onPiece = () => machine.instant()
    await world.#found()
    await machine.start()
    return world
  }

  get machine(): Machine {
    if (this.#machine === undefined) throw new Error('the world is not open yet')
    return this.#machine
  }

  /** Somebody's domain with one mail host, or several in the order of preference. */
  async domain(name: string, ...manners: readonly Manners[]): Promise<readonly [RemoteHost, ...RemoteHost[]]> {
    const hosts: RemoteHost[] = []
    for (const [n, one] of (manners.length === 0 ? [{}] : manners).entries())
      hosts.push(await this.#host(`mx${n + 1}.${name}`, one))
    this.resolver.set(name, { mx: hosts.map((host, n) => ({ preference: 10 * (n + 1), exchange: host.name })) })
    return hosts as [RemoteHost, ...RemoteHost[]]
  }

  /** `office`: may send to everybody. `stranger`: only to our people. */
  client(where: 'office' | 'stranger' = 'office'): SendingClient {
    const name = `client${this.clients.length + 1}`
    const address = where === 'office' ? `198.51.100.${10 + this.clients.length}` : `203.0.113.${10 + this.clients.length}`
    const { network, clock } = this
    const server = { address: ADDRESS, port: 25 }
    const client = new SendingClient({ name, address, server, network, clock, random: this.random.fork(name) })
    this.clients.push(client)
    return client
  }

  /** Somebody of ours, with a mailbox. */
  async person(localPart: string): Promise<string> {
    const id = this.#id()
    const at = this.clock.now()
    const person = { org: 1, id, localPart, domain: DOMAIN, name: localPart, secret: 'simulated:secret', at }
    const mailboxes = { org: 1, personId: id, ids: STANDARD_MAILBOXES.map(() => this.#id()), now: at }
    const added = await this.machine.store.call(openAccountProcedure, { person, mailboxes })
    if (!added.ok || !added.value.ok) throw new Error(`${localPart} could not be added`)
    this.people.push(`${localPart}@${DOMAIN}`)
    return `${localPart}@${DOMAIN}`
  }

  /** The messages in a person's mailbox as their reader gets them. */
  async mailbox(address: string): Promise<readonly string[]> {
    const { store } = this.machine
    const texts: string[] = []
    for (const entry of await mailboxEntries(store, address)) {
      const chunks: Uint8Array[] = []
      for await (const chunk of openMailboxMessage(store, entry)) chunks.push(chunk)
      texts.push(Buffer.concat(chunks).toString('latin1'))
    }
    return texts
  }

  /** The power comes back after a crash; false when it failed again at once. */
  async restart(): Promise<boolean> {
    await this.machine.restart()
    if (this.machine.isUp) await this.ledger.lookAfterLoss()
    return this.machine.isUp
  }

  /** One worker dies; the others do not hear of it. */
  async loseWorker(): Promise<void> {
    this.ledger.noteLoss()
    this.random.pick(this.machine.workers.filter(({ life }) => life.alive)).life.end()
    await this.clock.settle()
    await this.ledger.lookAfterLoss()
  }

  /** Everybody's retries and schedules come to their end. */
  async untilAllIsDone(withinMs: number): Promise<void> {
    await this.until('the clients are done', () => this.clients.every((client) => client.isDone), withinMs)
    const step = 5 * 60_000
    for (let left = withinMs; left > 0; left -= step) {
      if (!(await recipientRows(this.machine.store)).some(({ state }) => state === 'scheduled' || state === 'active')) return
      await this.advance(step)
    }
    throw new Error(`after ${withinMs / 3_600_000} h of virtual time recipients are still open`)
  }

  advance(ms: number): Promise<void> {
    return this.clock.advance(ms)
  }

  /** Fails the story when it does not come true in that time. */
  async until(what: string, holds: () => boolean, withinMs: number): Promise<void> {
    if (!(await this.clock.runUntil(holds, withinMs))) throw new Error(`within ${withinMs / 1000} s of virtual time: ${what}`)
  }

  close(): void {
    for (const client of this.clients) client.stopped = true
    this.#machine?.close()
  }

  async #host(name: string, manners: Manners): Promise<RemoteHost> {
    const address = `203.0.113.${100 + this.#addresses++}`
    this.resolver.set(name, { a: [address] })
    const { network, clock } = this
    const host = new RemoteHost({ name, address, network, clock, random: this.random.fork(name), manners })
    this.hosts.push(host)
    await host.listen()
    return host
  }

  async #found(): Promise<void> {
    const { store } = this.machine
    const at = this.clock.now()
    await store.call(addOrganisationProcedure, { name: 'Ours', at })
    await store.call(addDomainProcedure, { org: 1, name: DOMAIN, at })
  }

  #id(): string {
    return String(++this.#ids).padStart(18, '0')
  }
}

function settingsOf({ settings = '' }: WorldOptions): Settings {
  const read = readSettings(
    `${settings}\n`.includes('[session]') ? settings : `${settings}\n[session]\ntrustedNetworks = ["${OFFICE}"]\n`,
  )
  if (!read.ok) throw new Error(read.error.map(({ path, message }) => `${path}: ${message}`).join('; '))
  return read.value
}
