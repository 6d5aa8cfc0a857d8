// Every rule of tools/tidy.ts fires on a file that breaks it.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { blankLiterals } from '../../tools/source.ts'
import { functionsIn } from '../../tools/tidy/functions.ts'
import { tidy } from '../../tools/tidy.ts'

function problemsOf(t: TestContext, files: Readonly<Record<string, string>>): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), 'posthorn-tidy-'))
  t.after(() => rmSync(root, { recursive: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return tidy(root).problems.map(({ path, line, what }) => `${path}:${line}: ${what}`)
}

const lines = (count: number, line: string): string => `${line}\n`.repeat(count)

const BROKEN: readonly { readonly rule: string; readonly path?: string; readonly text: string; readonly problem: RegExp }[] = [
  { rule: 'no first line', text: 'const a = 1\n', problem: /a\.ts:1: the first line/ },
  { rule: 'long line', text: `// A file.\nconst a = ${'1 + '.repeat(40)}1\n`, problem: /a\.ts:2: the line has 171 columns/ },
  { rule: 'note', text: `// A file.\n// TO${'DO'} later\n`, problem: /a\.ts:2: a note/ },
  { rule: 'checker off', text: `// A file.\n// @ts-${'ignore'}\n`, problem: /a\.ts:2: switches the type checker off/ },
  { rule: 'printing', text: "// A file.\nconsole.log('x')\n", problem: /a\.ts:2: console\.log/ },
  { rule: 'one test alone', path: 'src/x/a.test.ts', text: '// A test.\ntest.only()\n', problem: /:2: runs this test alone/ },
  { rule: 'skipped', path: 'src/x/a.test.ts', text: '// A test.\ntest.skip()\n', problem: /:2: skips a test/ },
  { rule: 'name', path: 'src/x/string-utils.ts', text: '// A file.\n', problem: /:1: the name says nothing/ },
  { rule: 'name of a folder', path: 'src/common/a.ts', text: '// A file.\n', problem: /:1: the name says nothing/ },
  { rule: 'long file', text: `// A file.\n${lines(400, 'a()')}`, problem: /a\.ts:1: the file has 401 lines/ },
  {
    rule: 'long function',
    text: `// A file.\nfunction f() {\n${lines(69, '  a()')}}\n`,
    problem: /a\.ts:2: function f has 71 lines/,
  },
  { rule: 'CRLF', text: '// A file.\r\n', problem: /CRLF/ },
  { rule: 'no last line end', text: '// A file.', problem: /the last line does not end/ },
  { rule: 'dead link', path: 'docs/a.md', text: '[there](../b.md#part)\n', problem: /docs\/a\.md:1: links to \.\.\/b\.md/ },
  { rule: 'foreign words', text: `// A file for issue${' #'}12.\n`, problem: /a\.ts:1: speaks of/ },
  { rule: 'part without README', path: 'src/x/x.ts', text: '// A door.\n', problem: /src\/x:1: a part without README/ },
]

for (const { rule, path = 'src/x/a.ts', text, problem } of BROKEN) {
  test(`${rule} is reported`, (t) => {
    const problems = problemsOf(t, { [path]: text })
    assert.equal(problems.length, 1, problems.join('\n'))
    assert.match(problems[0] ?? '', problem)
  })
}

test('what is in order passes', (t) => {
  const problems = problemsOf(t, {
    'src/x/x.ts': `// A door.\nexport const words = '${'a sentence of many words '.repeat(7)}'\n`,
    'src/x/README.md': 'The part. See [its door](x.ts) and [elsewhere](https://example.org/), `[not](a link)`.\n',
    'src/main/README.md': 'Puts it together.\n',
    'src/main/start.ts': "// Starts.\nconsole.log('ready')\n",
    'src/x/a.test.ts': "// A test.\ntest('x', { skip: 'no database here' }, () => {})\n",
    'bin/posthorn': '#!/bin/sh\n',
  })
  assert.deepEqual(problems, [])
})

test('functions are found by name and length', () => {
  const text = [
    'export async function* first<T extends { a: 1 }>(',
    '  a: T,',
    '): AsyncIterable<{ b: 2 }> {',
    '  if (a) {',
    '  }',
    '}',
    'class Second {',
    '  async #third(a: () => void): Promise<{ c: 3 }> {',
    '    call(a)',
    '  }',
    '}',
    'const fourth = (a: string): void => {',
    '}',
    "describe('fifth', () => {",
    "  test('sixth', () => {",
    '  })',
    '})',
    'declare function eighth(a: string): void',
    'function seventh() {}',
  ].join('\n')
  const found = functionsIn({ path: 'a.ts', text, code: blankLiterals(text) })
  assert.deepEqual(
    found.map(({ name, line, lines: count }) => [name, line, count]),
    [
      ['first', 1, 6],
      ['seventh', 19, 1],
      ['#third', 8, 3],
      ['fourth', 12, 2],
      ['test', 15, 2],
    ],
  )
})
