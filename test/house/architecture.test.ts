// Every rule of tools/architecture.ts fires on a tree that breaks it, and this project's own tree and picture pass.

import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { importsOf } from '../../tools/architecture/imports.ts'
import { tableAsMarkdown } from '../../tools/architecture/table.ts'
import { checkArchitecture, withTable } from '../../tools/architecture.ts'
import { blankLiterals } from '../../tools/source.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** What the checker says of a tree of these files, as `path:line: what`. */
function problemsOf(t: TestContext, files: Readonly<Record<string, string>>): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), 'posthorn-architecture-'))
  t.after(() => rmSync(root, { recursive: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return checkArchitecture(root).map(({ path, line, what }) => `${path}:${line}: ${what}`)
}

const BROKEN: readonly { readonly rule: string; readonly path: string; readonly text: string; readonly what: RegExp }[] = [
  {
    rule: 'direction',
    path: 'src/ground/a.ts',
    text: "import type { B } from '../mail/message/message.ts'",
    what: /ground imports mail/,
  },
  {
    rule: 'direction',
    path: 'src/store/events/a.ts',
    text: "import '../../journey/queue/queue.ts'",
    what: /store imports journey/,
  },
  {
    rule: 'direction, re-exported',
    path: 'src/mail/message/a.ts',
    text: "export * from '../../store/store.ts'",
    what: /mail imports store/,
  },
  {
    rule: 'direction, dynamic',
    path: 'src/journey/queue/a.ts',
    text: "await import('../../platform/node/dns.ts')",
    what: /imports platform/,
  },
  {
    rule: 'direction, worker',
    path: 'src/store/events/a.ts',
    text: "new Worker(new URL('../../main/w.ts', import.meta.url))",
    what: /store imports main/,
  },
  {
    rule: 'platform',
    path: 'src/surface/api/a.ts',
    text: "import '../../platform/node/clock.ts'",
    what: /surface imports platform/,
  },
  { rule: 'outside src', path: 'src/journey/queue/a.ts', text: "import '../../../tools/source.ts'", what: /outside src/ },
  { rule: 'no area', path: 'src/stray/a.ts', text: "import '../ground/result.ts'", what: /no area/ },
  {
    rule: 'doors',
    path: 'src/journey/session/a.ts',
    text: "import '../queue/claim.ts'",
    what: /past the door: src\/journey\/queue\/claim\.ts/,
  },
  { rule: 'doors, inner', path: 'src/journey/deliver/a.ts', text: "import './remote/pool.ts'", what: /past the door/ },
  { rule: 'stages', path: 'src/journey/queue/a.ts', text: "import '../route/route.ts'", what: /stage queue imports stage route/ },
  {
    rule: 'stages that act',
    path: 'src/journey/session/a.ts',
    text: "import '../deliver/deliver.ts'",
    what: /stage session imports stage deliver/,
  },
  { rule: 'tables', path: 'src/journey/session/a.ts', text: "import '../queue/queue.tables.ts'", what: /tables of another part/ },
  { rule: 'tables, loaded', path: 'src/journey/queue/a.ts', text: "import './queue.tables.ts'", what: /loads migrations/ },
  { rule: 'pure', path: 'src/mail/message/a.ts', text: "import { Buffer } from 'node:buffer'", what: /mail imports node:buffer/ },
  {
    rule: 'world modules',
    path: 'src/journey/listen/a.ts',
    text: "import { createServer } from 'node:net'",
    what: /node:net.*touches the world/,
  },
  {
    rule: 'packages',
    path: 'src/journey/listen/a.ts',
    text: "import { x } from '@peculiar/x509/sub'",
    what: /package @peculiar\/x509/,
  },
  { rule: 'SQL', path: 'src/journey/queue/a.ts', text: "import type { Sql } from 'kysely'", what: /imports kysely/ },
  {
    rule: 'SQL, loaded',
    path: 'src/journey/queue/queue.store.ts',
    text: "import { sql } from 'kysely'",
    what: /kysely as a value/,
  },
  {
    rule: 'SQL, loaded',
    path: 'src/store/database/a.ts',
    text: "import { type Kysely, sql } from 'kysely'",
    what: /kysely as a value/,
  },
  {
    rule: 'SQL',
    path: 'src/journey/queue/a.ts',
    text: "import { statementsOf } from '../../store/database/statement.ts'",
    what: /builds SQL/,
  },
  { rule: 'zod', path: 'src/journey/queue/a.ts', text: "import { z } from 'zod'", what: /package zod/ },
  {
    rule: 'settings',
    path: 'src/journey/queue/a.ts',
    text: "import { duration } from '../../config/types.ts'",
    what: /journey imports config/,
  },
  { rule: 'tests', path: 'src/journey/queue/a.ts', text: "import './a.test.ts'", what: /imports a test/ },
  { rule: 'time', path: 'src/journey/queue/a.ts', text: 'const at = Date.now()', what: /uses Date\.now/ },
  { rule: 'time', path: 'src/journey/queue/a.ts', text: 'const at = new Date()', what: /new Date\(\) without/ },
  { rule: 'randomness', path: 'src/mail/message/a.ts', text: 'const r = Math.random()', what: /Math\.random/ },
  { rule: 'randomness', path: 'src/journey/queue/a.ts', text: 'const r = crypto.randomUUID()', what: /randomness of Node\.js/ },
  { rule: 'environment', path: 'src/surface/api/a.ts', text: "const e = process.env['X']", what: /process\.env/ },
]

for (const { rule, path, text, what } of BROKEN) {
  test(`${rule}: ${text}`, (t) => {
    const problems = problemsOf(t, { [path]: `// A file.\n${text}\n` })
    assert.equal(problems.length, 1, problems.join('\n'))
    assert.match(problems[0] ?? '', what)
    assert.equal(problems[0]?.split(': ')[0], `${path}:2`)
  })
}

test('what is permitted passes', (t) => {
  const problems = problemsOf(t, {
    'src/ground/result.ts': "import { assert } from './assert.ts'",
    'src/mail/message/message.ts': "import { ok } from '../../ground/result.ts'\nimport './address.ts'",
    'src/journey/queue/queue.store.ts':
      "import type { Kysely } from 'kysely'\nimport { statementsOf } from '../../store/database/statement.ts'\nimport type { T } from './queue.tables.ts'",
    'src/journey/queue/settings.ts': "import { z } from 'zod'\nimport { duration } from '../../config/types.ts'",
    'src/journey/session/data.ts':
      "import '../queue/queue.ts'\nimport '../../mail/message/message.ts'\nimport { createHash } from 'node:crypto'",
    'src/journey/deliver/remote/pool.ts': "import '../outcome.ts'\nimport { isIP } from 'node:net'",
    'src/config/config.ts': "import '../journey/queue/settings.ts'",
    'src/main/migrations.ts':
      "import '../journey/queue/queue.tables.ts'\nimport '../platform/node/dialer.ts'\nconst at = Date.now()",
    'src/main.ts': "import './main/migrations.ts'\nimport './platform/node/clock.ts'",
    'src/journey/queue/claim.test.ts':
      "import '../../platform/simulated/clock.ts'\nimport '../route/table.ts'\nconst at = new Date()",
  })
  assert.deepEqual(problems, [])
})

test('a circle between folders is found; one of types, or inside one folder, is none', (t) => {
  const circle = problemsOf(t, {
    'src/journey/deliver/deliver.ts': "import './remote/remote.ts'",
    'src/journey/deliver/remote/remote.ts': "import '../deliver.ts'",
  })
  assert.equal(circle.length, 1)
  assert.match(
    circle[0] ?? '',
    /circle of imports: src\/journey\/deliver\/deliver\.ts → .*remote\.ts → src\/journey\/deliver\/deliver\.ts/,
  )
  const harmless = problemsOf(t, {
    'src/journey/deliver/deliver.ts': "import './remote/remote.ts'\nimport './a.ts'",
    'src/journey/deliver/remote/remote.ts': "import type { D } from '../deliver.ts'\nimport { type D } from '../deliver.ts'",
    'src/journey/deliver/a.ts': "import './deliver.ts'",
  })
  assert.deepEqual(harmless, [])
})

test('words in comments, strings and patterns are not code', (t) => {
  const text = [
    '// Date.now() would be wrong here',
    'const words = \'Math.random\' + "process.env" + `new Date() ${1 + 2} Date.now`',
    "const pattern = /import 'x' from '[/']Date.now/",
    'const half = 4 / 2 // process.env',
    "/* import a from '../../main/main.ts' */",
  ].join('\n')
  assert.deepEqual(problemsOf(t, { 'src/journey/queue/a.ts': text }), [])
  const inTemplate = problemsOf(t, { 'src/journey/queue/a.ts': 'const line = `at ${{ at: Date.now() }.at} Math.random`' })
  assert.equal(inTemplate.length, 1, 'code inside a template is code')
})

test('blanking keeps every offset and line', () => {
  const text = "const a = 'x\\'y' // end\nconst b = `one ${`two ${3}`} four`\nconst c = /[/]\\//g\n"
  const code = blankLiterals(text)
  assert.equal(code.length, text.length)
  assert.equal(code, "const a = '    '       \nconst b = `    ${`    ${3}`}     `\nconst c =        g\n")
})

test('imports over several lines are found with their names', () => {
  const text = "import {\n  type A,\n  b as c,\n} from './x.ts'\nexport { d } from './y.ts'\n"
  const found = importsOf({ path: 'src/a/b.ts', text, code: blankLiterals(text) })
  assert.deepEqual(
    found.map(({ line, target, names, typeOnly }) => ({ line, target, names, typeOnly })),
    [
      { line: 1, target: 'src/a/x.ts', names: ['A', 'b'], typeOnly: false },
      { line: 5, target: 'src/a/y.ts', names: ['d'], typeOnly: false },
    ],
  )
})

test('the picture in ARCHITECTURE.md is the table', {
  skip: existsSync(join(ROOT, 'ARCHITECTURE.md')) ? false : 'not yet written',
}, () => {
  const document = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8')
  assert.equal(document, withTable(document), 'run: node tools/bootstrap.cjs tool tools/architecture.ts --write')
})

test('the table is put between its marks and nowhere else', () => {
  const written = withTable('before\n<!-- imports:begin -->\nold\n<!-- imports:end -->\nafter\n')
  assert.equal(written, `before\n<!-- imports:begin -->\n\n${tableAsMarkdown()}\n\n<!-- imports:end -->\nafter\n`)
  assert.equal(withTable('no marks'), undefined)
})
