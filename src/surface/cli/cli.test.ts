// The command line as a whole: words in; output, errors and exit code out. A world of fakes stands behind it.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { err, ok } from '../../ground/result.ts'
import { failure, type Operations } from '../api/api.ts'
import { fakeOperations, NOW, testWorld, type World } from '../api/testing.ts'
import { type CliIo, type FileFault, type OfflineError, RUN, runCli } from './cli.ts'
import { COMMANDS } from './commands.ts'
import { EXIT } from './exit.ts'
import { manual } from './manual.ts'

process.env['TZ'] = 'UTC' // Golden files show times of day.

interface Ran {
  readonly code: number
  readonly out: string
  readonly note: string
  readonly world: World
  /** Data folders where a server was looked for. */
  readonly asked: readonly string[]
}

const FILE_FAULTS: Record<string, FileFault> & { readonly none: FileFault } = {
  '/tmp': { type: 'folder', detail: 'it is a folder' },
  none: { type: 'unreadable', detail: 'no such file' },
}

const OFFLINE_FAULTS: Readonly<Record<'stuck' | 'missing' | 'forbidden' | 'broken', OfflineError>> = {
  stuck: { type: 'locked', detail: 'Process 12 holds it.' },
  missing: { type: 'missing', detail: '/data' },
  forbidden: { type: 'forbidden', detail: 'root' },
  broken: { type: 'failed', detail: '/data/posthorn.db is no store.', next: 'Restore a backup.' },
}

interface Circumstances {
  readonly input?: string
  readonly terminal?: { readonly columns: number; readonly answers?: readonly string[] }
  readonly server?: 'runs' | 'stopped' | 'stuck' | 'missing' | 'forbidden' | 'broken'
  readonly world?: World
  readonly env?: Record<string, string>
  readonly operations?: Operations
}

async function run(
  words: string | readonly string[],
  {
    input = '',
    terminal,
    server = 'runs',
    world = testWorld(),
    env = {},
    operations = fakeOperations(world),
  }: Circumstances = {},
): Promise<Ran> {
  let out = ''
  let note = ''
  const answers = [...(terminal?.answers ?? [])]
  const asked: string[] = []
  const io: CliIo = {
    out: (text) => {
      out += text
    },
    note: (text) => {
      note += text
    },
    input: bytes(terminal ? (answers[0] ?? '') : input),
    inputIsTerminal: terminal !== undefined,
    outputIsTerminal: terminal !== undefined,
    columns: terminal?.columns,
    env,
    now: () => NOW,
    readFile: async (path) =>
      path === 'letter.eml' ? ok(bytes('Subject: From a file\n\nHello\n')) : err(FILE_FAULTS[path] ?? FILE_FAULTS.none),
    askSecret: async () => answers.shift(),
    program: {
      version: '0.1.0',
      defaultDataDir: '/data',
      folderOf: async ({ configFile }) =>
        configFile === 'good.toml' ? ok('/srv/mail') : err([`${configFile}: line 1: no such setting`, 'line 2: no such setting']),
      obstacle: async () => (server === 'missing' || server === 'forbidden' ? OFFLINE_FAULTS[server] : undefined),
      connect: async (folder) => {
        asked.push(folder)
        return server === 'runs' ? operations : undefined
      },
      openOffline: async () =>
        server === 'stopped' || server === 'runs' ? ok({ operations, close: async () => {} }) : err(OFFLINE_FAULTS[server]),
      up: async () => 0,
      check: async () => [
        { name: 'settings', state: 'ok', message: 'understood' },
        { name: 'MX of example.com', state: 'warning', message: 'points elsewhere', next: 'Point it at mail.example.com.' },
        {
          name: 'port 10025',
          state: 'failed',
          message: 'in use by another program',
          next: 'Stop that program, or give another --port-base.',
        },
      ],
    },
  }
  return { code: await runCli(typeof words === 'string' ? words.split(' ') : words, io), out, note, world, asked }
}

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

test('the table of commands and what they do are equal', () => {
  assert.deepEqual([...RUN.keys()].sort(), COMMANDS.map((command) => command.name).sort())
})

test('docs/cli.md is what the table of commands makes', () => {
  const kept = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8')
  assert.equal(kept, manual(), 'run: node tools/bootstrap.cjs tool src/surface/cli/manual.ts > docs/cli.md')
})

test('exit codes', async (t) => {
  const cases: readonly [words: string, code: number, Circumstances?][] = [
    ['version', EXIT.ok],
    ['domain add example.com', EXIT.refused],
    ['domain remove nowhere.example', EXIT.notFound],
    ['trace nobody@example.com', EXIT.notFound],
    ['quue list', EXIT.usage],
    ['check', EXIT.failed],
    ['status', EXIT.unreachable, { server: 'stopped' }],
    ['queue list', EXIT.ok, { server: 'stopped' }],
    ['queue list', EXIT.unreachable, { server: 'stuck' }],
    ['queue list', EXIT.notFound, { server: 'missing' }],
    ['send --from a@example.com --to b@example.org nothing.eml', EXIT.notFound],
    ['queue hold', EXIT.usage],
    ['user remove anna@example.com', EXIT.usage],
    ['queue list --older-than soon', EXIT.usage],
    ['queue list --limit 0', EXIT.usage],
  ]
  for (const [words, code, circumstances] of cases) {
    await t.test(words, async () => {
      const ran = await run(words, circumstances)
      assert.equal(ran.code, code, ran.note + ran.out)
      if (code !== EXIT.ok && words !== 'check') assert.ok(ran.note.split('\n').length >= 3, `says what to do next: ${ran.note}`)
      const json = await run([...words.split(' '), '--json'], circumstances)
      assert.equal(json.code, code)
      assert.doesNotThrow(() => JSON.parse(json.out), 'one JSON value')
    })
  }
})

test('passwords: asked twice, read from standard input, made by the server, never without', async () => {
  const asked = await run('user add kim@example.com', { terminal: { columns: 80, answers: ['correct horse', 'correct horse'] } })
  assert.deepEqual([asked.code, asked.out], [0, '✓ kim@example.com has a mailbox.\n'])
  const differ = await run('user add kim@example.com', {
    terminal: { columns: 80, answers: ['correct horse', 'battery staple'] },
  })
  assert.equal(differ.code, EXIT.usage)
  const made = await run('user add kim@example.com --generate')
  assert.match(made.out, /Password: made-by-the-server/)
  assert.equal((await run('user add kim@example.com --password-stdin', { input: 'correct horse\nignored' })).code, 0)
  assert.equal((await run('user add kim@example.com --password-stdin', { input: 'short\n' })).code, EXIT.usage)
  assert.equal((await run('user add kim@example.com')).code, EXIT.usage)
})

test('what cannot be is said before anybody is asked for a password or a yes', async () => {
  const cases: readonly [words: string, code: number, message: RegExp][] = [
    ['user add bad', EXIT.usage, /"bad" is no mail address/],
    ['user add Anna@example.com', EXIT.refused, /there already/],
    ['user passwd nobody@example.com', EXIT.notFound, /nobody with the address/],
    ['user remove nobody@example.com', EXIT.notFound, /nobody with the address/],
    ['user remove bad --yes', EXIT.usage, /no mail address/],
    ['queue list --to bad', EXIT.usage, /--to: "bad" is no mail address/],
    ['queue hold --from bad', EXIT.usage, /--from: "bad" is no mail address/],
  ]
  for (const [words, code, message] of cases) {
    const ran = await run(words, { terminal: { columns: 80, answers: ['y', 'y'] } })
    assert.equal(ran.code, code, words)
    assert.match(ran.note, message)
    assert.doesNotMatch(ran.note, /\[y\/N\]/)
  }
  const left = await run('user passwd anna@example.com', { terminal: { columns: 80 } })
  assert.deepEqual([left.code, left.note], [EXIT.interrupted, 'Nothing was changed: no password was given.\n'])
  const dropped = await run('queue drop --all', { terminal: { columns: 80, answers: ['n'] } })
  assert.match(dropped.note, /^Forget 4 recipients without telling the senders\? \[y\/N\] /)
})

test('domain add: both forms of a name, and a word about one that other servers cannot find', async () => {
  const both = await run(['domain', 'add', 'xn--exmple-cua.org'])
  assert.match(
    both.out,
    /takes mail for exämple\.org \(xn--exmple-cua\.org in DNS\)\. Next: posthorn user add NAME@xn--exmple-cua\.org\n/,
  )
  const single = await run('domain add localhost')
  assert.equal(single.code, 0)
  assert.match(single.note, /^! A name without a dot/)
})

test('send: a file, a text without a header, and line ends', async () => {
  const file = await run('send --from a@example.com --to b@example.org --to c@example.org letter.eml')
  assert.equal(file.code, 0, file.note)
  assert.deepEqual(file.world.sent, [
    { from: 'a@example.com', to: ['b@example.org', 'c@example.org'], text: 'Subject: From a file\r\n\r\nHello\r\n' },
  ])
  const plain = await run(['send', '--from', 'a@example.com', '--to', 'b@example.org', '--subject', 'Grüße\nBcc: x'], {
    input: 'Hi there',
  })
  assert.match(
    plain.world.sent[0]?.text ?? '',
    /^From: a@example\.com\r\nTo: b@example\.org\r\nSubject: =\?utf-8\?B\?[\w+/=]+\?=\r\nMIME-Version/,
  )
  assert.match(plain.world.sent[0]?.text ?? '', /\r\n\r\nHi there\r\n$/)
  assert.equal((await run(['send', '--from', '<>', '--to', 'b@example.org'], { input: 'x' })).world.sent[0]?.from, '')
})

test('send: --subject is for texts, and where the message has a header of its own it is said which counts', async () => {
  const words = ['send', '--from', 'a@example.com', '--to', 'b@example.org', '--subject', 'Meeting']
  const text = await run(words, { input: 'Reminder: the meeting is at 5\nBring cake\n' })
  assert.match(
    text.world.sent[0]?.text ?? '',
    /\r\nSubject: Meeting\r\n[\s\S]*\r\n\r\nReminder: the meeting is at 5\r\nBring cake\r\n$/,
  )
  assert.equal(text.note, '')
  const message = await run(words, { input: 'From: a@example.com\nSubject: Its own\n\nHello\n' })
  assert.equal(message.world.sent[0]?.text, 'From: a@example.com\r\nSubject: Its own\r\n\r\nHello\r\n')
  assert.match(message.note, /header of its own.*--subject does not/)
})

test('send: a folder is no message', async () => {
  const folder = await run('send --from a@example.com --to b@example.org /tmp')
  assert.equal(folder.code, EXIT.usage)
  assert.match(folder.note, /\/tmp is a folder/)
})

test('queue: filters and single messages reach the server as they were meant', async () => {
  const { world } = await run('queue retry --destination example.org --older-than 4h')
  await run('queue hold 01jqw8zk3m9x2c4v6b --to kim@example.org', { world })
  await run('queue release --all', { world })
  await run('queue drop --all --yes', { world })
  assert.deepEqual(world.changes, [
    { action: 'retry', filter: { destination: 'example.org', olderThanMs: 14_400_000 } },
    { action: 'hold', id: '01jqw8zk3m9x2c4v6b', recipient: 'kim@example.org' },
    { action: 'release', filter: {} },
    { action: 'drop', filter: {} },
  ])
})

test('a destination that rests is told as that, and what is held is told to release', async () => {
  const world = testWorld()
  const waiting = world.journeys[0]?.recipients[0]
  assert.ok(waiting)
  Object.assign(waiting, { nextAttemptAt: NOW + 300_000, restsUntil: NOW + 300_000 })
  assert.match((await run('queue list', { world })).out, /rests until 09:35:00/)
  assert.match(
    (await run('trace kim@example.org', { world })).out,
    /waiting.*example\.org rests until 09:35:00[\s\S]*Next attempt in 5 m, when example\.org has rested\n/,
  )
  Object.assign(waiting, { nextAttemptAt: NOW - 3000, restsUntil: undefined })
  assert.match((await run('queue list', { world })).out, / now /, 'what is due is not "3 s ago"')
  Object.assign(waiting, { lastReply: { code: 0, text: 'no connection: refused', meaning: '', advice: '' } })
  assert.match((await run('queue list', { world })).out, / {2}no connection: refused\n/)
  const held = { ...fakeOperations(world), changeQueue: async () => ok({ changed: 0, held: 1, sending: 2 }) }
  const tried = await run('queue retry 01jqw8zk3m9x2c4v6b', { operations: held })
  assert.match(
    tried.out,
    /^0 recipients will be tried now\.\n {2}1 is held: "posthorn queue release" comes first.*\n {2}2 are being sent/,
  )
})

test('queue list, for eyes and for pipes', async () => {
  const eyes = await run('queue list', { terminal: { columns: 96 }, env: { NO_COLOR: '1' } })
  for (const line of eyes.out.trimEnd().split('\n')) assert.ok(line.length <= 96, line)
  assert.match(
    eyes.out,
    /^ID +AGE +SIZE +STATE +NEXT +FROM +TO +LAST REPLY\n01jqw8zk3m9x2c4v6b {2}14 m +48 kB {2}waiting {2}in 4 m/,
  )
  const pipe = await run('queue list')
  assert.match(pipe.out, /Greylisted, see http:\/\/postgrey\.example\/help/, 'whole in a pipe')
})

/** POSTHORN_GOLDEN=write writes them anew; look at the difference before it is committed. */
function golden(name: string, drawn: string): void {
  const path = new URL(`golden/${name}.txt`, import.meta.url)
  if (process.env['POSTHORN_GOLDEN'] === 'write') writeFileSync(path, drawn)
  assert.equal(drawn, readFileSync(path, 'utf8'))
}

test('a journey, drawn', async () => {
  const drawn = await run('trace kim@example.org', { terminal: { columns: 80 }, env: { NO_COLOR: '1' } })
  assert.equal(drawn.code, 0)
  golden('trace', drawn.out)
  const coloured = await run('trace kim@example.org', { terminal: { columns: 80 } })
  assert.match(coloured.out, /\u001b\[33m●\u001b\[0m/)
  assert.equal(coloured.out.replace(/\u001b\[\d+m/g, ''), drawn.out, 'colours change nothing else')
  assert.equal((await run('trace kim@example.org')).out.includes('\u001b'), false, 'no colours in a pipe')
})

test('help and check, drawn', async () => {
  for (const [name, words] of [
    ['help', 'help'],
    ['help-queue-list', 'queue list --help'],
    ['check', 'check'],
  ] as const) {
    golden(name, (await run(words, { terminal: { columns: 80 }, env: { NO_COLOR: '1' } })).out)
  }
})

test('a stranger’s text never moves the cursor', async () => {
  for (const words of ['trace nobody@example.net', 'trace', 'trace nobody@example.net --latest']) {
    for (const circumstances of [{}, { terminal: { columns: 80 }, env: { NO_COLOR: '1' } }]) {
      const ran = await run(words, circumstances)
      assert.doesNotMatch(ran.out, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
      assert.match(ran.out, /red/)
    }
  }
  const world = testWorld()
  const hostile = {
    ...fakeOperations(world),
    addDomain: async () => failure('internal', 'x\u001b]0;owned\u0007', 'y\r\u001b[2K'),
  }
  let note = ''
  const io = {
    out: () => {},
    note: (text: string) => {
      note += text
    },
    env: {},
    outputIsTerminal: true,
    columns: 80,
    program: { defaultDataDir: '/', connect: async () => hostile },
  }
  await runCli(['domain', 'add', 'x'], io as never)
  assert.doesNotMatch(note.replace(/\u001b\[\d+m/g, ''), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
})

test('the settings file says where the data is, unless the person does', async () => {
  const from = async (words: string, env: Record<string, string> = {}) => (await run(words, { env })).asked
  assert.deepEqual(await from('queue list'), ['/data'])
  assert.deepEqual(await from('queue list --config good.toml'), ['/srv/mail'])
  assert.deepEqual(await from('reload', { POSTHORN_CONFIG: 'good.toml' }), ['/srv/mail'])
  assert.deepEqual(await from('queue list --config good.toml --data here'), [resolve('here')])
  assert.deepEqual(await from('queue list', { POSTHORN_CONFIG: 'good.toml', POSTHORN_DATA: 'there' }), [resolve('there')])
  const broken = await run('queue list --config bad.toml')
  assert.equal(broken.code, EXIT.usage)
  assert.match(broken.note, /bad\.toml: line 1: no such setting; line 2[\s\S]*--data/)
  assert.deepEqual(broken.asked, [])
})

test('where the data cannot be worked with, it is said why', async () => {
  for (const words of ['queue list', 'status']) {
    const forbidden = await run(words, { server: 'forbidden' })
    assert.match(forbidden.note, /\/data: it belongs to root\.\n.*sudo -u root/)
    assert.notEqual(forbidden.code, 0)
  }
  const broken = await run('queue list', { server: 'broken' })
  assert.match(broken.note, /^✗ \/data\/posthorn\.db is no store\.\n {2}Restore a backup\.\n$/)
})

test('hints name the data folder, where the person did', async () => {
  const sent = await run('send --from a@example.com --to b@example.org --data /srv/mail', { input: 'x' })
  assert.match(sent.out, /Follow it: posthorn trace \w+ --data \/srv\/mail\n$/)
  const plain = await run('send --from a@example.com --to b@example.org', { input: 'x' })
  assert.match(plain.out, /Follow it: posthorn trace \w+\n$/)
  const none = await run(['status', '--data', 'a place'], { server: 'stopped' })
  assert.match(none.note, /No server runs on \/.*a place\./)
  assert.match(none.note, /"posthorn up --data 'a place'" starts one/)
})

test('help as data', async () => {
  const names = async (words: string) =>
    JSON.parse((await run(words)).out).commands.map((command: { name: string }) => command.name)
  assert.equal((await names('help --json')).length, COMMANDS.length)
  assert.deepEqual(await names('help queue list --json'), ['queue list'])
  assert.deepEqual(await names('queue list --help --json'), ['queue list'])
})

test('a terminal that says it has no columns has as many as one that says nothing', async () => {
  const width = async (columns: number) => (await run('queue list', { terminal: { columns }, env: { NO_COLOR: '1' } })).out
  assert.equal(await width(0), await width(80))
})

test('what up and check are told is looked at first, also where the environment says it', async () => {
  for (const [words, env, message] of [
    ['up --hostname bad_name', {}, /--hostname is a host name.*bad_name/],
    ['check --hostname -x', {}, /--hostname/],
    ['up --port-base 60000', {}, /--port-base is a whole number from 0 to 57455/],
    ['up', { POSTHORN_PORT_BASE: 'abc' }, /POSTHORN_PORT_BASE is a whole number.*"abc"/],
  ] as const) {
    const ran = await run(words, { env })
    assert.equal(ran.code, EXIT.usage, words)
    assert.match(ran.note, message)
  }
})

test('completion names every command and option', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { out } = await run(`completion ${shell}`)
    for (const command of COMMANDS) for (const word of command.name.split(' ')) assert.ok(out.includes(word), `${shell}: ${word}`)
    for (const option of COMMANDS.flatMap((command) => command.options))
      assert.ok(out.includes(option.name), `${shell}: ${option.name}`)
  }
})
