// The bootstrap: installs once, again when it must, never half; says what is wrong; keeps standard output for the program.

import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Ended, ended, olderNode, project } from './bootstrap.testing.ts'

const NOBODY = 65534

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}

function noTrace({ stderr }: Ended): void {
  assert.doesNotMatch(stderr, /^\s+at .*:\d+:\d+/m, 'a stack trace')
}

test('the first start installs what running needs, the second one nothing', async (t) => {
  const { run, npmCalls, folder } = project(t)
  const first = await run(['start'])
  assert.equal(first.code, 0, first.stderr)
  assert.equal(npmCalls().length, 1)
  assert.match(npmCalls()[0] ?? '', /^project: ci --omit=dev /)
  assert.match(first.stderr, /Installing dependencies: done/)
  const second = await run(['start'])
  assert.equal(second.code, 0)
  assert.equal(second.stderr, '')
  assert.equal(npmCalls().length, 1)
  assert.ok(existsSync(join(folder, 'node_modules/.posthorn-stamp')))
})

test('a changed lock file is installed anew', async (t) => {
  const { run, npmCalls, folder } = project(t)
  await run(['start'])
  writeFileSync(join(folder, 'package-lock.json'), `${readFileSync(join(folder, 'package-lock.json'), 'utf8')}\n`)
  await run(['start'])
  assert.equal(npmCalls().length, 2)
})

test('what the tests need is added to what runs, and then serves a start too', async (t) => {
  const { run, npmCalls, folder } = project(t)
  await run(['start'])
  writeFileSync(join(folder, 'tools/check.ts'), '')
  assert.equal((await run(['check'])).code, 0)
  assert.match(npmCalls()[1] ?? '', /^project: install --no-save --include=dev /)
  await run(['start'])
  assert.equal(npmCalls().length, 2)
})

test('who has the packages for the tests keeps them when a start installs anew', async (t) => {
  const { run, npmCalls, folder } = project(t)
  writeFileSync(join(folder, 'tools/check.ts'), '')
  await run(['check'])
  writeFileSync(join(folder, 'package-lock.json'), `${readFileSync(join(folder, 'package-lock.json'), 'utf8')}\n`)
  await run(['start'])
  await run(['check'])
  assert.deepEqual([npmCalls().length, npmCalls().some((call) => JSON.stringify(call).includes('--omit=dev'))], [2, false])
})

test('tools and the formatter run with everything installed, their words alone on standard output', async (t) => {
  const { run, npmCalls, folder } = project(t)
  writeFileSync(
    join(folder, 'tools/some.ts'),
    'const args: readonly string[] = process.argv.slice(2)\nconsole.log(args.join())\n',
  )
  const tool = await run(['tool', 'tools/some.ts', '--write', '--', 'x'])
  assert.deepEqual([tool.code, tool.stdout], [0, '--write,--,x\n'], tool.stderr)
  assert.match(npmCalls()[0] ?? '', /--include=dev/)
  const biome = join(folder, 'node_modules/@biomejs/biome/bin')
  mkdirSync(biome, { recursive: true })
  writeFileSync(join(biome, 'biome'), 'console.log(process.argv.slice(2).join())')
  assert.equal((await run(['format', 'src'])).stdout, 'check,--write,src\n')
  assert.equal((await run(['tool'])).code, 64)
})

test('nothing is written outside the project: npm keeps its cache and logs in it', async (t) => {
  const { run, npmCalls, folder } = project(t)
  await run(['start'])
  assert.match(npmCalls()[0] ?? '', new RegExp(`--cache=${folder}/\\.cache/npm`))
  assert.match(npmCalls()[0] ?? '', /--no-global/)
})

test('an installation that was killed is done again, and its lock does not stay', async (t) => {
  const { run, npmCalls, folder } = project(t)
  const killed = await run(['start'], { npm: 'dies' })
  assert.equal(killed.code, 137)
  assert.ok(existsSync(join(folder, 'node_modules/half')))
  assert.ok(existsSync(join(folder, '.cache/setup.lock')))
  const again = await run(['start'])
  assert.equal(again.code, 0, again.stderr)
  assert.equal(npmCalls().length, 2)
  assert.ok(!existsSync(join(folder, '.cache/setup.lock')))
})

test('what was complete is not trusted any more once something began to change it', async (t) => {
  const { run, npmCalls, folder } = project(t)
  await run(['start'])
  writeFileSync(join(folder, 'tools/check.ts'), '')
  await run(['check'], { npm: 'dies' })
  await run(['start'])
  assert.equal(npmCalls().length, 3)
})

test('two starts at once install once', async (t) => {
  const { run, npmCalls } = project(t)
  const both = await Promise.all([run(['start']), run(['start'])])
  assert.deepEqual(
    both.map(({ code }) => code),
    [0, 0],
  )
  assert.equal(npmCalls().length, 1)
})

test('standard output is the program’s own, whatever npm says', async (t) => {
  const { run } = project(t)
  const { stdout } = await run(['start', '--', '--json', '--port-base', '20000'])
  const line = JSON.parse(stdout) as { args: readonly string[] }
  assert.deepEqual(line.args, ['up', '--demo', '--json', '--port-base', '20000'])
  assert.equal(stdout.trim().split('\n').length, 1)
})

test('the command line is given its arguments as they are', async (t) => {
  const { run } = project(t)
  const { stdout } = await run(['run', 'queue', 'list', '--', '-x'])
  assert.deepEqual((JSON.parse(stdout) as { args: readonly string[] }).args, ['queue', 'list', '--', '-x'])
})

const FAILURES: readonly { readonly name: string; readonly says: string; readonly code: number; readonly words: RegExp }[] = [
  {
    name: 'no network',
    says: 'npm error code EAI_AGAIN\nnpm error request to https://registry.example/ failed, reason: getaddrinfo EAI_AGAIN',
    code: 75,
    words: /registry cannot be reached[\s\S]*npm ping/,
  },
  {
    name: 'disk full',
    says: 'npm error code ENOSPC\nnpm error nospc ENOSPC: no space left on device, write',
    code: 76,
    words: /disk is full/,
  },
  { name: 'no permission', says: 'npm error code EACCES\nnpm error syscall mkdir', code: 72, words: /not allowed to write/ },
  {
    name: 'lock out of step',
    says: 'npm error code EUSAGE\nnpm error `npm ci` can only install',
    code: 74,
    words: /package-lock\.json.*does not fit/,
  },
  { name: 'a damaged package', says: 'npm error code EINTEGRITY', code: 75, words: /not the one the lock file names/ },
  {
    name: 'anything else',
    says: 'npm error code EWEIRD\nnpm error something odd',
    code: 77,
    words: /something odd[\s\S]*setup\.log/,
  },
]

for (const { name, says, code, words } of FAILURES) {
  test(`when npm fails it says why and what to do: ${name}`, async (t) => {
    const { run } = project(t)
    const result = await run(['start'], { npm: { says } })
    assert.equal(result.code, code)
    assert.match(result.stderr, words)
    assert.equal(result.stdout, '')
    noTrace(result)
  })
}

test('without npm on PATH it says where npm comes from', async (t) => {
  const { run } = project(t)
  const result = await run(['start'], { withoutNpm: true })
  assert.equal(result.code, 73)
  assert.match(result.stderr, /npm was not found on PATH[\s\S]*nodejs\.org/)
  noTrace(result)
})

test('without a lock file it says how to restore it', async (t) => {
  const { run, folder } = project(t)
  rmSync(join(folder, 'package-lock.json'))
  const result = await run(['start'])
  assert.equal(result.code, 74)
  assert.match(result.stderr, /git checkout package-lock\.json/)
})

test('an unknown command names the known ones', async (t) => {
  const { run } = project(t)
  const result = await run(['begin'])
  assert.equal(result.code, 64)
  assert.match(result.stderr, /start, run, check, test/)
})

const asOther = process.getuid?.() === 0 ? false : 'needs root, to run as a user who does not own the folder'

test('in a folder that cannot be written it says so, and runs what is installed there', { skip: asOther }, async (t) => {
  const { run } = project(t)
  const refused = await run(['start'], { uid: NOBODY })
  assert.equal(refused.code, 72)
  assert.match(refused.stderr, /cannot be written/)
  noTrace(refused)
  await run(['start'])
  const started = await run(['start'], { uid: NOBODY })
  assert.equal(started.code, 0, started.stderr)
  assert.equal(started.stderr, '')
})

const older = olderNode()

test('an older Node.js fetches the right one and runs the program with it', {
  skip: older ? false : 'no older Node.js here',
}, async (t) => {
  const { run, npmCalls, folder } = project(t)
  const first = await run(['start'], { node: older as string })
  assert.equal(first.code, 0, first.stderr)
  assert.ok((JSON.parse(first.stdout) as { major: number }).major >= 26)
  assert.match(npmCalls()[1] ?? '', /^runtime: ci /)
  rmSync(join(folder, 'runtime/node_modules'), { recursive: true })
  await run(['start'], { node: older as string })
  assert.equal(npmCalls().length, 3, 'only what is gone is fetched again')
})

const WAITING_PROGRAM = `
let signals = 0
const onSignal = (signal: string) => {
  signals += 1
  console.log(signal)
  if (signal === 'SIGTERM' || signals === 2) process.exit(40 + signals)
}
process.on('SIGTERM', () => onSignal('SIGTERM'))
process.on('SIGINT', () => onSignal('SIGINT'))
setInterval(() => {}, 1000)
console.log('ready')
`

test('signals reach the program, which ends in its own time and with its own code', async (t) => {
  const { start } = project(t)
  const child = start(['start'], { program: WAITING_PROGRAM })
  const end = ended(child)
  child.stdout?.on('data', (chunk: Buffer) => {
    const said = lastLine(chunk.toString())
    if (said === 'ready') child.kill('SIGINT')
    if (said === 'SIGINT') child.kill('SIGTERM')
  })
  const { code, stdout } = await end
  assert.equal(stdout, 'ready\nSIGINT\nSIGTERM\n')
  assert.equal(code, 42)
})

test('sources are run without their types, as they are now, and each is kept once', async (t) => {
  const { run, folder } = project(t)
  const program = (word: string) => `const said: string = ${JSON.stringify(word)}\nconsole.log(said)\n`
  assert.equal((await run(['start'], { program: program('one') })).stdout, 'one\n')
  assert.equal((await run(['start'], { program: program('two and more') })).stdout, 'two and more\n')
  const kept = readdirSync(join(folder, '.cache/sources/src'))
  assert.equal(kept.length, 1, kept.join(' '))
  writeFileSync(join(folder, '.cache/sources/src', kept[0] ?? ''), "console.log('what is kept is what runs')")
  assert.equal((await run(['run'], { program: program('two and more') })).stdout, 'two and more\n', 'written again: newer')
})

test('a server has leave to tidy its memory, and neither compiled code nor many arenas in it', async (t) => {
  const { run } = project(t)
  const program =
    "console.log(JSON.stringify([typeof gc, process.env['NODE_DISABLE_COMPILE_CACHE'], process.env['MALLOC_ARENA_MAX']]))"
  for (const args of [['start'], ['run', 'up']])
    assert.deepEqual(JSON.parse((await run(args, { program })).stdout), ['function', '1', '2'], args.join(' '))
  assert.deepEqual(JSON.parse((await run(['run', 'status'], { program })).stdout), ['undefined', null, null])
})

test('a program killed by a signal is told to the caller as the shell does', async (t) => {
  const { run } = project(t)
  assert.equal((await run(['start'], { program: "process.kill(process.pid, 'SIGKILL')\n" })).code, 137)
})
