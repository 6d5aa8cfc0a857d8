// The world of the command line: streams, terminal, time, and what the program lends it. Tests lend their own.

import type { Result } from '../../ground/result.ts'
import type { Operations } from '../api/api.ts'

export interface CliIo {
  out(text: string): void
  /** Standard error: everything that is not the answer. */
  note(text: string): void
  readonly input: AsyncIterable<Uint8Array>
  readonly inputIsTerminal: boolean
  readonly outputIsTerminal: boolean
  readonly columns: number | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  now(): number
  readFile(path: string): Promise<Result<AsyncIterable<Uint8Array>, FileFault>>
  /** Asks without echo; undefined when the person gave up. */
  askSecret(question: string): Promise<string | undefined>
  readonly program: Program
}

export interface FileFault {
  readonly type: 'folder' | 'unreadable'
  /** In the system's words. */
  readonly detail: string
}

/** What `main` lends: the parts of the program that only it can put together. */
export interface Program {
  readonly version: string
  readonly defaultDataDir: string
  /** The data folder that the settings file says; the error is what is wrong with the file, line by line. */
  folderOf(place: Place): Promise<Result<string, readonly string[]>>
  /** The server that runs on this data folder, if one answers. */
  connect(folder: string): Promise<Operations | undefined>
  /** The store itself, when no server runs: takes its lock. */
  openOffline(folder: string, configFile?: string): Promise<Result<Offline, OfflineError>>
  /** What keeps this user from working with the folder, whether a server runs or not. */
  obstacle(folder: string): Promise<OfflineError | undefined>
  /** Runs the server until it stops; answers its exit code. */
  up(options: UpOptions): Promise<number>
  check(options: UpOptions): Promise<readonly CheckResult[]>
}

export interface Offline {
  readonly operations: Operations
  close(): Promise<void>
}

/** `locked`: a process holds the store. `missing`: there is no data folder yet. `forbidden`: it is another user's; `detail` says whose. */
export interface OfflineError {
  readonly type: 'locked' | 'missing' | 'forbidden' | 'failed'
  readonly detail: string
  /** With `failed`: what to do, where it is known. `detail` then says everything. */
  readonly next?: string
}

/** Where a server has its settings and its data. */
export interface Place {
  readonly dataDir: string
  /** The person named it; it then comes before the settings file's. */
  readonly dataDirNamed: boolean
  readonly configFile?: string
  /** The options that name it, as they were typed: hints repeat them. Empty where every command finds the same place without. */
  readonly words: string
}

export interface UpOptions extends Place {
  /** One line for programs instead of the summary. */
  readonly json: boolean
  readonly portBase?: number
  readonly hostname?: string
}

export interface CheckResult {
  /** What was looked at: `settings`, `port 10025`, `MX of example.com`. */
  readonly name: string
  readonly state: 'ok' | 'warning' | 'failed'
  readonly message: string
  /** What to do, unless ok. */
  readonly next?: string
}
