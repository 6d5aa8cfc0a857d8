// One machine with the program on it: a disk, a store, workers over it. It can lose one worker, or its power at any instant.

import assert from 'node:assert/strict'
import type { Settings } from '../../../src/config/config.ts'
import type { NotifyTopic } from '../../../src/ground/ports/notify.ts'
import { forgetLocksProcedure } from '../../../src/journey/mailbox/mailbox.ts'
import { recoverWorkersProcedure } from '../../../src/journey/queue/queue.ts'
import { PROCEDURES } from '../../../src/main/schema.ts'
import {
  Life,
  type SimulatedClock,
  type SimulatedLog,
  type SimulatedNetwork,
  type SimulatedNotify,
  type SimulatedRandom,
  type SimulatedResolver,
} from '../../../src/platform/simulated/simulated.ts'
import type { Store } from '../../../src/store/store.ts'
import { Disk } from './disk.ts'
import { MachineStore, type StoreInstant } from './store.ts'
import { SimulatedWorker } from './worker.ts'

export interface MachineOptions {
  readonly clock: SimulatedClock
  readonly random: SimulatedRandom
  readonly network: SimulatedNetwork
  readonly resolver: SimulatedResolver
  readonly notify: SimulatedNotify
  readonly log: SimulatedLog
  readonly settings: Settings
  readonly address: string
  readonly hostname: string
  readonly workers: number
}

export class Machine {
  readonly disk: Disk
  readonly #options: MachineOptions
  #life = new Life()
  #store: MachineStore
  #workers: SimulatedWorker[] = []
  #abandoned: MachineStore[] = []
  #limitBytes = 0
  #starts = 0
  /** Instants left to live; undefined: no end in sight. */
  #instantsLeft: number | undefined
  #instantToDieAt: { readonly instant: StoreInstant; readonly procedure: string } | undefined
  crashes = 0
  /** Told at the instant of a crash, when the machine's files are what they will be found to be. */
  onCrash: (() => void) | undefined

  private constructor(options: MachineOptions, disk: Disk) {
    this.#options = options
    this.disk = disk
    this.#store = this.#openStore()
    options.clock.waitFor(() => this.#life.alive && this.#store.pending > 0)
  }

  static async build(options: MachineOptions): Promise<Machine> {
    return new Machine(options, await Disk.format())
  }

  get isUp(): boolean {
    return this.#life.alive
  }

  get workers(): readonly SimulatedWorker[] {
    return this.#workers
  }

  /** For looking and for the work of operators; not an actor of the story. */
  get store(): Store {
    return this.#store.for(this.#life)
  }

  get storeBytes(): number {
    return this.#store.sizeBytes
  }

  limitStore(bytes: number): void {
    this.#limitBytes = bytes
    this.#store.limit(bytes)
  }

  /** As `posthorn up` does: whoever held something before is gone, then the workers begin. */
  async start(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#life.atEnd(resolve))
    await Promise.race([this.#begin(), ended])
  }

  async #begin(): Promise<void> {
    const { clock, workers } = this.#options
    this.#starts++
    for (let more = true; more; ) {
      const recovered = await this.store.call(recoverWorkersProcedure, { now: clock.now(), all: true })
      more = recovered.ok && recovered.value > 0
    }
    await this.store.call(forgetLocksProcedure, {})
    for (let n = 1; n <= workers && this.isUp; n++) await this.addWorker()
  }

  async addWorker(): Promise<SimulatedWorker> {
    const { clock, random, network, resolver, notify, log, settings, address, hostname } = this.#options
    const life = new Life()
    const forget = this.#life.atEnd(() => life.end())
    life.atEnd(forget)
    const name = `worker ${this.#starts}.${this.#workers.length + 1}`
    const worker = new SimulatedWorker({
      ...{ life, resolver, settings, hostname },
      clock: clock.of(life),
      random: random.fork(name),
      notify: notify.of(life),
      log: log.child({ thread: name }),
      node: network.node(address, life),
      store: this.#store.for(life),
      hasRoom: () => this.disk.hasRoom,
      sweeps: !this.#workers.some((other) => other.life.alive && other.sweeps),
    })
    this.#workers.push(worker)
    await worker.start()
    return worker
  }

  /** Sooner or later, at one of its next instants, the power fails. */
  crashWithin(instants: number): void {
    this.#instantsLeft = 1 + this.#options.random.below(instants)
  }

  /** At that step of the next call of that procedure the power fails. */
  crashAt(instant: StoreInstant, procedure: string): void {
    assert.ok(
      PROCEDURES.some(({ name }) => name === procedure),
      `there is no procedure ${procedure}`,
    )
    this.#instantToDieAt = { instant, procedure }
  }

  /** A moment at which something has just happened, or is about to: to the store, or on the net. */
  instant(step?: StoreInstant, procedures: readonly string[] = []): void {
    const last = this.#instantToDieAt
    if (last !== undefined && last.instant === step && procedures.includes(last.procedure)) return this.crash()
    if (this.#instantsLeft === undefined || !this.isUp || --this.#instantsLeft > 0) return
    this.crash()
  }

  crash(): void {
    if (!this.isUp) return
    this.#instantsLeft = undefined
    this.#instantToDieAt = undefined
    this.crashes++
    this.#life.end()
    this.#workers = []
    this.disk.crash(this.#options.random)
    this.#abandoned.push(this.#store)
    this.onCrash?.()
  }

  /** The power is back. */
  async restart(): Promise<void> {
    this.#closeAbandoned()
    this.#life = new Life()
    this.#store = this.#openStore()
    await this.start()
  }

  close(): void {
    this.#life.end()
    this.#closeAbandoned()
    this.#store.close()
    this.disk.remove()
  }

  #closeAbandoned(): void {
    for (const store of this.#abandoned) store.close()
    this.#abandoned = []
  }

  #openStore(): MachineStore {
    const { log, notify } = this.#options
    return new MachineStore({
      path: this.disk.path,
      life: this.#life,
      limitBytes: this.#limitBytes,
      publish: (topic, key) => notify.publish(topic as NotifyTopic, key),
      onBug: (procedure, cause) =>
        log.error('a procedure failed; what it did was undone', {
          procedure,
          cause: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
        }),
      instant: (instant, procedures) => this.instant(instant, procedures),
      acknowledge: () => this.disk.acknowledge(),
    })
  }
}
