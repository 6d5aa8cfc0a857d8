// The checks in their order, and with `--tests` the tests after them: `node tools/check.ts [--tests [files or folders]]`.
// Naming files or folders runs only the tests in them, without the checks. Ends with 1 if anything failed; nothing is skipped for it.

import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')

/** A test that takes longer is stuck; no test measures time by this. */
const TEST_TIMEOUT_MS = 180_000
const TESTS_AT_ONCE = 2

const COLORS = process.stdout.isTTY ? 'force' : 'off'

interface Check {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  /** Left out where the tests follow. */
  readonly checksOnly?: boolean
}

const CHECKS: readonly Check[] = [
  { name: 'types', command: ['tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'types of the pure folders', command: ['tsc', '--noEmit', '-p', 'tsconfig.pure.json'] },
  { name: 'lint and format', command: ['biome', 'ci', '--error-on-warnings', '--max-diagnostics=50', `--colors=${COLORS}`] },
  { name: 'architecture', command: ['node', 'tools/architecture.ts'] },
  { name: 'tidy', command: ['node', 'tools/tidy.ts'] },
  { name: 'settings in docs', command: ['node', 'tools/settings.ts', '--check'] },
  { name: 'errors in docs', command: ['node', 'tools/errors.ts'] },
  { name: 'table in ARCHITECTURE.md', command: ['node', 'tools/architecture.ts', '--check'] },
  { name: 'compiled statements', command: ['node', 'tools/statements.ts', '--check'], checksOnly: true },
  { name: 'unused code', command: ['knip', '--no-progress'], checksOnly: true },
]

const environment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
}

function run(command: readonly [string, ...string[]], options: { readonly show: boolean }) {
  return spawnSync(command[0], command.slice(1), {
    cwd: ROOT,
    env: environment,
    encoding: 'utf8',
    stdio: options.show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  })
}

/** Names of the checks that failed. What a check has to say is shown when it fails. */
function runChecks(checks: readonly Check[]): readonly string[] {
  return checks.flatMap(({ name, command }) => {
    const startedAt = performance.now()
    const result = run(command, { show: false })
    const ok = result.status === 0
    console.log(`${ok ? '✔' : '✖'} ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`)
    if (!ok) console.log(`${result.error?.message ?? ''}${result.stdout}${result.stderr}`)
    return ok ? [] : [name]
  })
}

function runTests(places: readonly string[]): boolean {
  const flags = [`--test-concurrency=${TESTS_AT_ONCE}`, `--test-timeout=${TEST_TIMEOUT_MS}`, '--test-reporter=spec']
  return (
    run([process.execPath, '--disable-warning=ExperimentalWarning', '--test', ...flags, ...places.map(testsIn)], { show: true })
      .status === 0
  )
}

function testsIn(place: string): string {
  const path = join(ROOT, place)
  return existsSync(path) && statSync(path).isDirectory() ? `${place.replace(/\/$/, '')}/**/*.test.ts` : place
}

function main(args: readonly string[]): number {
  const withTests = args.includes('--tests')
  const places = args.filter((arg) => !arg.startsWith('--'))
  const failed = places.length > 0 ? [] : runChecks(CHECKS.filter((check) => !withTests || !check.checksOnly))
  const testsPassed = !withTests || runTests(places.length > 0 ? places : ['src', 'test'])
  if (failed.length > 0) console.error(`\nNot in order: ${failed.join(', ')} (said above).`)
  return failed.length === 0 && testsPassed ? 0 : 1
}

process.exitCode = main(process.argv.slice(2))
