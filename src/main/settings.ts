// From the command line and the settings file to the settings in force and the endpoints to open.

import { readFileSync } from 'node:fs'
import { hostname as machineName } from 'node:os'
import { resolve } from 'node:path'
import { type Endpoint, readSettings, type Settings, standardSettings, WELL_KNOWN_PORTS } from '../config/config.ts'
import { isHostName } from '../ground/host-name.ts'
import { err, ok, type Result } from '../ground/result.ts'

export interface StartOptions {
  readonly dataDir: string
  /** The data folder was named, not just the usual one: it then comes before the file's. */
  readonly dataDirNamed?: boolean
  readonly configFile?: string
  /** Loopback and high ports, for trying out; 0 takes free ports. */
  readonly portBase?: number
  readonly hostname?: string
}

export interface Start {
  readonly settings: Settings
  readonly folder: string
  readonly hostname: string
  readonly endpoints: readonly Endpoint[]
}

/** The error is a list of lines for a person. */
export function startOf(options: StartOptions): Result<Start, readonly string[]> {
  const settings = options.configFile === undefined ? ok(standardSettings()) : fromFile(options.configFile)
  if (!settings.ok) return settings
  const { store } = settings.value
  const folder = resolve(options.dataDirNamed === true || store.folder === undefined ? options.dataDir : store.folder)
  return ok({
    settings: settings.value,
    folder,
    hostname: options.hostname ?? settings.value.hostname ?? nameOfMachine(),
    endpoints: options.portBase === undefined ? standardEndpoints(settings.value) : highEndpoints(options.portBase),
  })
}

function fromFile(file: string): Result<Settings, readonly string[]> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    return err([`the settings file cannot be read: ${(cause as Error).message}`])
  }
  const settings = readSettings(text)
  if (settings.ok) return settings
  return err(settings.error.map(({ path, message }) => `${file}: ${path === '' ? '' : `${path}: `}${message}`))
}

function nameOfMachine(): string {
  const name = machineName().toLowerCase()
  return isHostName(name) ? name : 'localhost'
}

function standardEndpoints({ listen }: Settings): readonly Endpoint[] {
  if (listen.endpoints !== undefined) return listen.endpoints
  return [...WELL_KNOWN_PORTS].map(([role, port]) =>
    role === 'http' ? { role, host: listen.httpHost, port: listen.httpPort } : { role, host: listen.host, port },
  )
}

function highEndpoints(base: number): readonly Endpoint[] {
  return [...WELL_KNOWN_PORTS].map(([role, port]) => ({ role, host: '127.0.0.1', port: base === 0 ? 0 : base + port }))
}
