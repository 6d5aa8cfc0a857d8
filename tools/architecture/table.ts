// The table of permitted imports: the only place that says which part of src may know which.

export interface Area {
  readonly name: string
  readonly folder: string
  readonly what: string
  /** Names of the areas it may import, besides itself. */
  readonly imports: readonly string[]
  /** npm packages any of its files may import. More is permitted to single files in `PACKAGE_PLACES`. */
  readonly packages: readonly string[]
  /** Which modules of Node.js: none, those that only compute, or all. */
  readonly node: 'none' | 'computing' | 'all'
}

/** From the ground up. A file belongs to the first area whose folder it is in. */
export const AREAS: readonly Area[] = [
  { name: 'ground', folder: 'src/ground', what: 'values and ports; no mail, no I/O', imports: [], packages: [], node: 'none' },
  {
    name: 'mail',
    folder: 'src/mail',
    what: 'pure mail knowledge: bytes to values and back',
    imports: ['ground'],
    packages: [],
    node: 'none',
  },
  {
    name: 'database',
    folder: 'src/store/database',
    what: 'SQL engines, statements, migrations',
    imports: ['ground', 'store'],
    packages: ['kysely', 'pg'],
    node: 'all',
  },
  {
    name: 'store',
    folder: 'src/store',
    what: 'what is remembered',
    imports: ['ground', 'mail', 'database'],
    packages: [],
    node: 'computing',
  },
  {
    name: 'journey',
    folder: 'src/journey',
    what: 'the way of a message, stage by stage',
    imports: ['ground', 'mail', 'database', 'store'],
    packages: [],
    node: 'computing',
  },
  {
    name: 'sending',
    folder: 'src/sending',
    what: 'the platform on top of the queue',
    imports: ['ground', 'mail', 'database', 'store', 'journey'],
    packages: [],
    node: 'computing',
  },
  {
    name: 'cli',
    folder: 'src/surface/cli',
    what: 'the command line: the one surface with a terminal and files',
    imports: ['ground', 'mail', 'database', 'store', 'journey', 'sending', 'surface', 'config'],
    packages: ['zod'],
    node: 'all',
  },
  {
    name: 'surface',
    folder: 'src/surface',
    what: 'the doors people and programs come in by',
    imports: ['ground', 'mail', 'database', 'store', 'journey', 'sending'],
    packages: ['fastify', 'zod'],
    node: 'all', // the HTTP server is its own listener
  },
  {
    name: 'config',
    folder: 'src/config',
    what: 'collects the settings of every part',
    imports: ['ground', 'store', 'journey', 'sending', 'surface'],
    packages: ['zod', 'smol-toml'],
    node: 'computing',
  },
  {
    name: 'platform',
    folder: 'src/platform',
    what: 'the ports made real',
    imports: ['ground', 'mail', 'database', 'store'],
    packages: ['*'],
    node: 'all',
  },
  {
    name: 'main',
    folder: 'src/main',
    what: 'puts it together; the only one that knows everything',
    imports: ['ground', 'mail', 'database', 'store', 'journey', 'sending', 'cli', 'surface', 'config', 'platform'],
    packages: ['*'],
    node: 'all',
  },
]

/** Areas that may import past the doors: they compose. */
export const COMPOSING_AREAS: ReadonlySet<string> = new Set(['main'])

/** Stages of the journey that act; they may import the doors of those that answer. No other stage imports a stage. */
export const ACTING_STAGES: ReadonlySet<string> = new Set(['session', 'deliver', 'access'])
export const ANSWERING_STAGES: ReadonlySet<string> = new Set(['listen', 'policy', 'queue', 'route', 'mailbox'])

/** Folders without a door: each file is one small value or contract, and imported by its own name. */
export const OPEN_FOLDERS: ReadonlySet<string> = new Set(['src/ground', 'src/ground/ports'])

/** Single files open to everyone who may import their area. */
export const OPEN_FILES: ReadonlySet<string> = new Set([
  'src/store/database/migration.ts',
  'src/store/database/procedure.ts',
  'src/store/database/statement.ts',
])

/** What a `settings.ts` may import wherever it stands. */
export const SETTINGS_TYPES = 'src/config/types.ts'

/** Packages permitted to single files by the end of their name. */
export const PACKAGE_PLACES: ReadonlyMap<string, readonly string[]> = new Map([
  ['/settings.ts', ['zod']],
  ['.store.ts', ['kysely']],
  ['.tables.ts', ['kysely']],
  ['src/store/store.ts', ['kysely']],
])

/** Modules of Node.js that only compute; everything else touches the world and belongs behind a port. */
export const COMPUTING_MODULES: ReadonlySet<string> = new Set([
  'assert',
  'assert/strict',
  'buffer',
  'crypto',
  'events',
  'path',
  'path/posix',
  'querystring',
  'stream',
  'stream/promises',
  'string_decoder',
  'url',
  'util',
  'zlib',
])

/** The part of `node:net` that only computes. */
export const COMPUTING_NET: ReadonlySet<string> = new Set(['isIP', 'isIPv4', 'isIPv6', 'BlockList', 'SocketAddress'])

/** The table as ARCHITECTURE.md shows it. */
export function tableAsMarkdown(): string {
  const rows = AREAS.map((area) => {
    const imports = area.imports.length === 0 ? 'nothing' : area.imports.join(', ')
    const packages = area.packages.includes('*') ? 'any' : area.packages.length === 0 ? '–' : area.packages.join(', ')
    const node = area.node === 'none' ? '–' : area.node === 'all' ? 'any' : 'only what computes'
    return `| \`${area.folder.replace('src/', '')}\` | ${area.what} | ${imports} | ${packages} | ${node} |`
  })
  const head = ['| folder | what it is | may import | npm packages | `node:` modules |', '| --- | --- | --- | --- | --- |']
  const stages = [
    '',
    `Stages that act (${[...ACTING_STAGES].join(', ')}) may import the doors of those that answer (${[...ANSWERING_STAGES].join(', ')}); no other`,
    'stage imports a stage. A door is the file with the name of its folder. Every `settings.ts` may also import `zod` and',
    `\`${SETTINGS_TYPES}\`; \`kysely\` is for \`*.store.ts\`, \`*.tables.ts\` and \`src/store/database\`. Tests may import anything.`,
  ]
  return [...head, ...rows, ...stages].join('\n')
}
