// The main thread's hold on the others: starts them, opens the ports through them, tells them to stop.

import { availableParallelism } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { MessageChannel, type MessagePort, Worker as Thread } from 'node:worker_threads'
import type { Endpoint, Settings } from '../config/config.ts'
import { assert } from '../ground/assert.ts'
import type { ListenError, TlsCredentials } from '../ground/ports/connection.ts'
import { err, ok, type Result } from '../ground/result.ts'
import { connectStore } from '../store/database/sqlite/client.ts'
import type { Store } from '../store/store.ts'
import type { FromWorker, FromWriter, ToWorker, ToWriter, WorkerData, WriterData } from './thread-messages.ts'

const THREADS_MAX = 8

/** Two that serve on two processors take turns with the writer: half as much CPU time again for each message, a third fewer of them. */
function defaultThreads(processors: number): number {
  return Math.max(1, Math.min(processors - 1, THREADS_MAX))
}

/** Mail comes and goes in small pieces that soon are garbage: a small nursery keeps the idle server small at no cost that shows. */
const HEAP = { maxYoungGenerationSizeMb: 16 }

/**
 * Each heap may grow to three times what lives in it before all of it is collected; for heaps as small as ours V8 by itself would allow a
 * third. The buffers of messages count into that, so that a thread that takes large mail would spend a third of its time collecting.
 */
const HEAP_GROWING = '--heap-growing-percent=200'

/** After this a thread that does not end is ended. */
const STOP_MARGIN_MS = 5_000

export interface SupervisorOptions {
  readonly settings: Settings
  readonly folder: string
  readonly storePath: string
  readonly hostname: string
  /** A thread died of a bug; the program cannot go on as if nothing happened. */
  readonly onDeath: (thread: string, cause: unknown) => void
}

export interface PortRefused {
  readonly endpoint: Endpoint
  readonly error: ListenError
}

export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #writer: Thread
  readonly #workers: Thread[] = []
  #store: Store | undefined
  #stopping = false

  /** The threads begin to load what they need; none touches the data folder yet. */
  constructor(options: SupervisorOptions) {
    this.#options = options
    const data: WriterData = { path: options.storePath, limitBytes: options.settings.store.limit }
    this.#writer = this.#start('writer', './writer-thread.ts', data)
  }

  get store(): Store {
    assert(this.#store, 'the store is open')
    return this.#store
  }

  /** Opens every endpoint in every thread; whoever connects waits. Port 0 is chosen by the first thread and shared by the others. */
  async listen(endpoints: readonly Endpoint[]): Promise<Result<readonly Endpoint[], PortRefused>> {
    const count = this.#options.settings.process.threads || defaultThreads(availableParallelism())
    for (let n = 1; n <= count; n++)
      this.#workers.push(this.#startWorker(`worker ${n}`, { sharedPorts: count > 1, sweeps: n === 1 }))
    const [first, ...others] = this.#workers
    if (first === undefined) return ok([])
    const opened = await listenIn(first, endpoints)
    if (!opened.ok) return opened
    for (const more of await Promise.all(others.map((worker) => listenIn(worker, opened.value)))) if (!more.ok) return more
    return opened
  }

  openStore(): void {
    tell(this.#writer, { type: 'open' })
    this.#store = connectStore({ port: this.#channelToWriter(), path: this.#options.storePath })
  }

  /** Begins to serve those who connect. */
  async serve(credentials: TlsCredentials): Promise<void> {
    await Promise.all(
      this.#workers.map((worker) => {
        const port = this.#channelToWriter()
        return asked(worker, { type: 'open', port, credentials }, 'opened', [port])
      }),
    )
  }

  /** Begins to deliver. */
  work(): void {
    setFlagsFromString(HEAP_GROWING)
    for (const worker of this.#workers) tell(worker, { type: 'work' })
  }

  /** Answers when every thread goes by them. */
  async reload(settings: Settings, credentials: TlsCredentials): Promise<void> {
    await Promise.all(this.#workers.map((worker) => asked(worker, { type: 'reload', settings, credentials }, 'reloaded')))
  }

  /** Of a start that failed: the threads have nothing in hand yet. */
  async abandon(): Promise<void> {
    this.#stopping = true
    await Promise.all([this.#writer, ...this.#workers].map((thread) => thread.terminate()))
  }

  /** Workers first, then whoever else holds the store, then the writer, which commits what is left. */
  async stopWorkers(): Promise<void> {
    this.#stopping = true
    const patience = this.#options.settings.process.stopWithin + STOP_MARGIN_MS
    await Promise.all(this.#workers.map((worker) => ended(worker, () => tell(worker, { type: 'stop' }), patience)))
  }

  async stopWriter(): Promise<void> {
    this.#stopping = true
    await this.#store?.close()
    await ended(this.#writer, () => tell(this.#writer, { type: 'close' }), STOP_MARGIN_MS)
  }

  #startWorker(name: string, share: Pick<WorkerData, 'sharedPorts' | 'sweeps'>): Thread {
    const { settings, folder, storePath, hostname } = this.#options
    return this.#start(name, './worker-thread.ts', { name, settings, folder, storePath, hostname, ...share })
  }

  #channelToWriter() {
    const { port1, port2 } = new MessageChannel()
    tell(this.#writer, { type: 'attach', port: port1 }, [port1])
    return port2
  }

  #start(name: string, file: string, data: WriterData | WorkerData): Thread {
    const thread = new Thread(new URL(file, import.meta.url), { name, workerData: data, resourceLimits: HEAP })
    thread.on('error', (cause) => this.#options.onDeath(name, cause))
    thread.on('exit', (code) => {
      if (!this.#stopping) this.#options.onDeath(name, `it ended with code ${code}`)
    })
    return thread
  }
}

function tell(thread: Thread, message: ToWorker | ToWriter, transfer: readonly MessagePort[] = []): void {
  thread.postMessage(message, transfer)
}

function listenIn(worker: Thread, endpoints: readonly Endpoint[]): Promise<Result<readonly Endpoint[], PortRefused>> {
  return new Promise((resolve) => {
    worker.once('message', (message: FromWorker) => {
      if (message.type === 'listening') resolve(ok(message.endpoints))
      if (message.type === 'refused') resolve(err({ endpoint: message.endpoint, error: message.error }))
    })
    tell(worker, { type: 'listen', endpoints })
  })
}

/** Resolves with the answer, or with the end of the thread. */
function asked(
  worker: Thread,
  message: ToWorker,
  answer: FromWorker['type'],
  transfer: readonly MessagePort[] = [],
): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      worker.off('message', heard)
      worker.off('exit', over)
      resolve()
    }
    const heard = (said: FromWorker): void => {
      if (said.type === answer) over()
    }
    worker.on('message', heard)
    worker.on('exit', over)
    tell(worker, message, transfer)
  })
}

function ended(thread: Thread, ask: () => void, patienceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => void thread.terminate(), patienceMs)
    const over = (): void => {
      clearTimeout(cut)
      resolve()
    }
    thread.on('message', (message: FromWorker | FromWriter) => {
      // Native sockets may linger in a thread that has said its last word.
      if (message.type === 'stopped' || message.type === 'closed') void thread.terminate().then(over)
    })
    thread.once('exit', over)
    ask()
  })
}
