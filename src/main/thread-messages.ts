// What the supervisor and its threads say to each other.

import type { MessagePort } from 'node:worker_threads'
import type { Endpoint, Settings } from '../config/config.ts'
import type { ListenError, TlsCredentials } from '../ground/ports/connection.ts'

export interface WriterData {
  readonly path: string
  readonly limitBytes: number
}

/** `open`: the first of all, once the store may be touched. */
export type ToWriter =
  | { readonly type: 'open' }
  | { readonly type: 'attach'; readonly port: MessagePort }
  | { readonly type: 'close' }
export type FromWriter = { readonly type: 'closed' }

export interface WorkerData {
  readonly name: string
  readonly storePath: string
  readonly folder: string
  readonly settings: Settings
  readonly hostname: string
  /** False in a process with one thread that serves: the port is then ours alone. */
  readonly sharedPorts: boolean
  /** One thread does what must be done once: expiry, delay notices, forgetting. */
  readonly sweeps: boolean
}

/** What a worker needs to serve, and what root has no part in. */
export interface Opening {
  /** The way to the writer. */
  readonly port: MessagePort
  readonly credentials: TlsCredentials
}

/** In this order: ports are opened while the process may be root's, the store is touched when it no longer is. */
export type ToWorker =
  | { readonly type: 'listen'; readonly endpoints: readonly Endpoint[] }
  | ({ readonly type: 'open' } & Opening)
  | { readonly type: 'work' }
  | { readonly type: 'reload'; readonly settings: Settings; readonly credentials: TlsCredentials }
  | { readonly type: 'stop' }

export type FromWorker =
  | { readonly type: 'listening'; readonly endpoints: readonly Endpoint[] }
  | { readonly type: 'refused'; readonly endpoint: Endpoint; readonly error: ListenError }
  | { readonly type: 'opened' }
  | { readonly type: 'reloaded' }
  | { readonly type: 'stopped' }
