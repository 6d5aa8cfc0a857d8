// docs/settings.md, made from the settings themselves: `node tools/bootstrap.cjs tool tools/settings.ts [--check | --write]`. Without either it is printed.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Settings, STATIC_SECTIONS } from '../src/config/config.ts'
import { DnsSettings, ListenSettings, LogSettings, ProcessSettings, StoreSettings, TlsSettings } from '../src/config/server.ts'
import { parseDuration } from '../src/ground/durations.ts'
import { parseSize } from '../src/ground/sizes.ts'
import { ImapSettings } from '../src/journey/access/imap/settings.ts'
import { Pop3Settings } from '../src/journey/access/pop3/settings.ts'
import { RemoteSettings } from '../src/journey/deliver/remote/settings.ts'
import { QueueSettings } from '../src/journey/queue/settings.ts'
import { RouteSettings } from '../src/journey/route/settings.ts'
import { SessionSettings } from '../src/journey/session/settings.ts'
import { WebSettings } from '../src/surface/api/settings.ts'

const FILE = join(import.meta.dirname, '..', 'docs', 'settings.md')

/** What each section is about: words that the collected settings have lost. */
const SECTIONS: Readonly<Record<string, z.ZodObject>> = {
  process: ProcessSettings,
  listen: ListenSettings,
  tls: TlsSettings,
  store: StoreSettings,
  dns: DnsSettings,
  session: SessionSettings,
  queue: QueueSettings,
  route: RouteSettings,
  remote: RemoteSettings,
  imap: ImapSettings,
  pop3: Pop3Settings,
  web: WebSettings,
  log: LogSettings,
}

/** The part of JSON Schema that zod writes for settings. */
interface Schema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly required?: readonly string[]
}

export interface Setting {
  /** `queue.retry`, `route.smartHost.port`, `listen.endpoints[].role`. */
  readonly path: string
  readonly schema: Schema
  readonly required: boolean
}

export function allSettings(): readonly Setting[] {
  const schema = z.toJSONSchema(Settings, { io: 'input', unrepresentable: 'any' }) as Schema
  return settingsIn(schema, '')
}

function settingsIn({ properties = {}, required = [] }: Schema, before: string): Setting[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = `${before}${name}`
    const inner = schema.properties ? schema : schema.items?.properties ? schema.items : undefined
    const below = inner ? settingsIn(inner, `${path}${schema.items ? '[]' : ''}.`) : []
    return schema.properties && !schema.description ? below : [{ path, schema, required: required.includes(name) }, ...below]
  })
}

export function settingsPage(): string {
  const settings = allSettings()
  const sections = [...new Set(settings.map(({ path }) => sectionOf(path)))]
  return [...HEAD, ...sections.flatMap((section) => sectionLines(section, settings)), ''].join('\n')
}

const HEAD = [
  '# Settings',
  '',
  '<!-- Made by `node tools/bootstrap.cjs tool tools/settings.ts --write` from the settings in src; a test compares. -->',
  '',
  'One TOML file, named with `posthorn up --config FILE`. Without a file, and for whatever it leaves out, the values below hold. Every',
  'mistake in it is told at the start with its place; a name that is not listed here is a mistake. `posthorn check --config FILE` reads it',
  'without starting anything.',
  '',
  'A **duration** is a whole number with a unit, `"ms"`, `"s"`, `"m"`, `"h"` or `"d"`: `"90s"`, `"4h"`. A **size** has `"B"`, `"KB"`, `"MB"`,',
  '`"GB"` or `"TB"`, of 1024 each. Both are written in quotes. Lists stand in brackets: `["1m", "5m"]`.',
  '',
  '**Live** sections take effect with `posthorn reload`: what begins after it (sessions, attempts) follows the new values, what is under way ends',
  'as it began. **Static** ones need a new start. The certificate files of `tls` are read again at every reload.',
  '',
  'Three things on the command line come before the file: `--data DIR` (or the variable `POSTHORN_DATA`) before `store.folder`, `--hostname`',
  'before `hostname`, and `--port-base N` in place of everything in `listen`.',
]

function sectionLines(section: string, settings: readonly Setting[]): readonly string[] {
  const own = settings.filter(({ path }) => sectionOf(path) === section)
  const when = STATIC_SECTIONS.has(section) ? 'Static.' : 'Live.'
  const words = SECTIONS[section]?.description
  const title = section === 'hostname' ? '## hostname' : `## [${section}]`
  return [
    '',
    title,
    '',
    words === undefined ? when : `${words}. ${when}`,
    '',
    '| setting | value | default | meaning |',
    '| --- | --- | --- | --- |',
    ...own.map(rowOf),
  ]
}

function rowOf({ path, schema, required }: Setting): string {
  const standard = required ? '(must be set)' : schema.default === undefined ? '–' : code(JSON.stringify(schema.default))
  return `| \`${path}\` | ${kindOf(schema)} | ${standard} | ${sentence(schema.description ?? '')} |`
}

function kindOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map((word) => code(JSON.stringify(word))).join(', ')
  if (schema.items) return `list${countsOf(schema)} of ${schema.items.properties ? 'tables' : kindOf(schema.items)}`
  if (schema.properties) return 'table'
  if (schema.type === 'object') return 'table of names and texts'
  if (schema.type === 'integer') return `whole number${boundsOf(schema)}`
  if (schema.type === 'boolean') return '`true` or `false`'
  if (typeof schema.default !== 'string') return 'text'
  return parseDuration(schema.default).ok ? 'duration' : parseSize(schema.default).ok ? 'size' : 'text'
}

function boundsOf({ minimum, maximum }: Schema): string {
  return minimum === undefined || maximum === undefined ? '' : `, ${minimum} to ${maximum}`
}

function countsOf({ minItems, maxItems }: Schema): string {
  if (maxItems === undefined) return ''
  return minItems === undefined ? ` (at most ${maxItems})` : ` (${minItems} to ${maxItems})`
}

function sectionOf(path: string): string {
  return path.split('.')[0] ?? path
}

function sentence(words: string): string {
  const text = words.replaceAll('|', '\\|')
  return /[.)]$/.test(text) ? text : `${text}.`
}

function code(text: string): string {
  return `\`${text.replaceAll(',', ', ')}\``
}

function main(args: readonly string[]): number {
  const page = settingsPage()
  if (args.includes('--write')) writeFileSync(FILE, page)
  else if (!args.includes('--check')) process.stdout.write(page)
  else if (readFileSync(FILE, 'utf8') !== page) {
    console.error('docs/settings.md is not what the settings say: run `node tools/bootstrap.cjs tool tools/settings.ts --write`')
    return 1
  }
  return 0
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2))
