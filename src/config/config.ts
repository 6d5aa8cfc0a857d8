// All settings in one place: each part defines its own, this file collects them, reads the file and says what is wrong with it.

import { parse as parseToml, TomlError } from 'smol-toml'
import { z } from 'zod'
import { isHostName } from '../ground/host-name.ts'
import { issueWords } from '../ground/issue-words.ts'
import { err, ok, type Result } from '../ground/result.ts'
import { suggestion } from '../ground/suggestion.ts'
import { ImapSettings } from '../journey/access/imap/settings.ts'
import { Pop3Settings } from '../journey/access/pop3/settings.ts'
import { RemoteSettings } from '../journey/deliver/remote/settings.ts'
import { QueueSettings } from '../journey/queue/settings.ts'
import { RouteSettings } from '../journey/route/settings.ts'
import { SessionSettings } from '../journey/session/settings.ts'
import { WebSettings } from '../surface/api/settings.ts'
import { DnsSettings, ListenSettings, LogSettings, ProcessSettings, StoreSettings, TlsSettings } from './server.ts'

export { Endpoint, type ListenerRole, WELL_KNOWN_PORTS } from './server.ts'

/**
 * Live settings take effect at `posthorn reload` (SIGHUP); static ones when the server is started again. Which is which is a matter
 * of what they are: ports, folders, users and threads are static.
 */
export const Settings = z.strictObject({
  hostname: z
    .string()
    .refine(isHostName, 'a host name such as mail.example.com')
    .optional()
    .describe(
      'The name this server goes by: in greetings, Received fields and Message-IDs. It should have an address in DNS that leads back to it. Absent: the name of the machine.',
    ),
  process: ProcessSettings.strict().prefault({}),
  listen: ListenSettings.strict().prefault({}),
  tls: TlsSettings.strict().prefault({}),
  store: StoreSettings.strict().prefault({}),
  dns: DnsSettings.strict().prefault({}),
  session: SessionSettings.strict().prefault({}),
  queue: QueueSettings.strict().prefault({}),
  route: RouteSettings.strict().prefault({}),
  remote: RemoteSettings.strict().prefault({}),
  imap: ImapSettings.strict().prefault({}),
  pop3: Pop3Settings.strict().prefault({}),
  web: WebSettings.strict().prefault({}),
  log: LogSettings.strict().prefault({}),
})

export type Settings = z.infer<typeof Settings>

/** Sections whose changes need a new start; the others take effect when the settings are read again. */
export const STATIC_SECTIONS: ReadonlySet<string> = new Set(['hostname', 'process', 'listen', 'store', 'web', 'dns', 'log'])

/** One mistake, in words: where it stands and what to write instead. */
export interface SettingsFault {
  /** `queue.retry`; empty for the file as a whole. */
  readonly path: string
  readonly message: string
}

/** Settings from the text of a TOML file; every fault is told, not only the first. */
export function readSettings(text: string): Result<Settings, readonly SettingsFault[]> {
  let table: unknown
  try {
    table = parseToml(text)
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    return err([{ path: '', message: `line ${cause.line}, column ${cause.column}: ${tomlWords(cause)}` }])
  }
  const read = Settings.safeParse(table)
  return read.success ? ok(read.data) : err(read.error.issues.flatMap(faultsOf))
}

export function standardSettings(): Settings {
  return Settings.parse({})
}

/** The library speaks of what it stumbled over; a person has forgotten something. */
function tomlWords({ message }: TomlError): string {
  const what = (message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '')
  if (/control characters are not allowed in strings|unfinished string/i.test(what))
    return 'the text in quotes does not end on its line; a closing quote is missing'
  return what
}

function faultsOf(issue: z.core.$ZodIssue): readonly SettingsFault[] {
  const path = issue.path.join('.')
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issueWords(issue) }]
  const known = Object.keys(shapeAt(issue.path))
  return issue.keys.map((key) => ({
    path: path === '' ? key : `${path}.${key}`,
    message: `there is no such setting.${suggestion(key, known)}`,
  }))
}

/** The settings that a section has, or a table in it. */
function shapeAt(path: readonly PropertyKey[]): Readonly<Record<string, unknown>> {
  let at: unknown = Settings
  for (const step of path) at = typeof step === 'number' ? unwrapped(at).element : unwrapped(at).shape?.[String(step)]
  return unwrapped(at).shape ?? {}
}

interface Schema {
  readonly shape?: Readonly<Record<string, unknown>>
  readonly element?: unknown
  readonly def?: { readonly innerType?: unknown; readonly in?: unknown }
}

/** Without what says that it may be absent, and what is made of it. */
function unwrapped(schema: unknown): Schema {
  const at = (schema ?? {}) as Schema
  const inner = at.def?.innerType ?? at.def?.in
  return inner === undefined ? at : unwrapped(inner)
}
