// Words to commands: what is understood, and what is said about what is not.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { COMMANDS } from './commands.ts'
import { parse } from './parse.ts'

const UNDERSTOOD: readonly [
  words: string,
  command: string,
  args: readonly string[],
  options: Record<string, readonly string[]>,
][] = [
  ['', 'help', [], {}],
  ['--help', 'help', [], {}],
  ['--version', 'version', [], {}],
  ['help queue list', 'help', ['queue list'], {}],
  ['queue --help', 'help', ['queue'], {}],
  ['queue list --state=held', 'queue list', [], { state: ['held'] }],
  ['queue list --state held --limit 5', 'queue list', [], { state: ['held'], limit: ['5'] }],
  ['send --to a --from b --to c -', 'send', ['-'], { to: ['a', 'c'], from: ['b'] }],
  ['send --from= --to=a=b', 'send', [], { from: [''], to: ['a=b'] }],
  ['trace -- --odd', 'trace', ['--odd'], {}],
  ['queue show -h', 'queue show', [], { help: [''] }],
  ['domain add example.com --data /x --json', 'domain add', ['example.com'], { data: ['/x'], json: [''] }],
]

const REFUSED: readonly [words: string, message: RegExp][] = [
  ['queue lst', /There is no command "queue lst"\. Did you mean "list"\?/],
  ['tarce x', /There is no command "tarce"\. Did you mean "trace"\?/],
  ['dom add x', /Did you mean "domain"\?/],
  ['xyzzy', /There is no command "xyzzy"\.$/],
  ['queue', /"queue" wants one word more: list, show, retry, hold, release, drop\./],
  ['domain add', /"domain add" wants DOMAIN/],
  ['domain add a b', /does not know what to do with "b"/],
  ['queue list --destinaton x', /no option --destinaton\. Did you mean "--destination"\?/],
  ['queue list --destination', /--destination wants a value/],
  ['queue list --destination --json', /--destination wants a value/],
  ['queue list --state heldd', /is one of waiting, sending, held, not "heldd"\. Did you mean "held"\?/],
  ['queue list --state held --state held', /given twice/],
  ['queue list --json=yes', /--json takes no value/],
  ['queue list -x', /no option -x/],
]

test('understood', () => {
  for (const [words, command, args, options] of UNDERSTOOD) {
    const parsed = parse(words === '' ? [] : words.split(' '))
    assert.ok(parsed.ok, `${words}: ${JSON.stringify(parsed)}`)
    assert.deepEqual(
      [parsed.value.command.name, parsed.value.arguments, Object.fromEntries(parsed.value.options)],
      [command, args, options],
      words,
    )
  }
})

test('refused, with a hint', () => {
  for (const [words, message] of REFUSED) {
    const parsed = parse(words.split(' '))
    assert.ok(!parsed.ok, words)
    assert.match(parsed.error.message, message)
    assert.match(parsed.error.next, /posthorn/)
  }
})

test('any words are understood or refused, never a fault', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom(
      ...COMMANDS.flatMap((c) => c.name.split(' ')),
      '--',
      '-',
      '--json',
      '--to',
      '--state=held',
      '__proto__',
      '--__proto__',
    ),
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => typeof parse(words).ok === 'boolean'),
    { numRuns: 500 },
  )
})

test('every example in the table is a line that is understood', () => {
  for (const [text] of COMMANDS.flatMap((command) => command.examples)) {
    const words = (/posthorn ([^<|)]*)/.exec(text)?.[1] ?? '')
      .trim()
      .split(/\s+/)
      .map((w) => w.replaceAll('"', ''))
    const parsed = parse(words)
    assert.ok(parsed.ok, `${text}: ${parsed.ok ? '' : parsed.error.message}`)
  }
})
