// What the supervisor and its threads say to each other.

import type { MessagePort } from 'node:worker_threads'
import type { Endpoint, Settings } from '../config/config.ts'
import type { ListenError, TlsCredentials } from '../ground/ports/connection.ts'

export interface WriterData {
  readonly path: string
  readonly limitBytes: number
}

export type ToWriter = { readonly type: 'attach'; readonly port: MessagePort } | { readonly type: 'close' }
export type FromWriter = { readonly type: 'closed' }

export interface WorkerData {
  readonly name: string
  readonly storePath: string
  readonly folder: string
  readonly port: MessagePort
  readonly settings: Settings
  readonly hostname: string
  readonly credentials: TlsCredentials
  /** False in a process with one thread that serves: the port is then ours alone. */
  readonly sharedPorts: boolean
  /** One thread does what must be done once: expiry, delay notices, forgetting. */
  readonly sweeps: boolean
}

export type ToWorker =
  | { readonly type: 'listen'; readonly endpoints: readonly Endpoint[] }
  | { readonly type: 'work' }
  | { readonly type: 'reload'; readonly settings: Settings; readonly credentials: TlsCredentials }
  | { readonly type: 'stop' }

export type FromWorker =
  | { readonly type: 'listening'; readonly endpoints: readonly Endpoint[] }
  | { readonly type: 'refused'; readonly endpoint: Endpoint; readonly error: ListenError }
  | { readonly type: 'reloaded' }
  | { readonly type: 'stopped' }
