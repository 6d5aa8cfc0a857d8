// How fast this server is on this machine, and beside it others: `node bench/run.ts accept --rivals`. README.md says what the numbers mean.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeMachine, lookAround, missingRival } from './machine.ts'
import { type Options, parseOptions, type ScenarioName, USAGE } from './options.ts'
import { printSection, type Section } from './report.ts'
import { accept, large } from './scenarios/accept.ts'
import { backlog } from './scenarios/backlog.ts'
import { durability } from './scenarios/durability.ts'
import { mailbox } from './scenarios/mailbox.ts'
import { relay } from './scenarios/relay.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { Workshop } from './workshop.ts'

const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = { accept, relay, mailbox, large, backlog, durability }

/** Whatever happens, it is over after this. */
const RUN_MS = 60 * 60 * 1000

const RESULTS = new URL('./results/', import.meta.url).pathname

const options = parseOptions(process.argv.slice(2))
if (typeof options === 'string') {
  process.stderr.write(`${options}\n\n${USAGE}`)
  process.exitCode = 2
} else await run(options)

async function run(options: Options): Promise<void> {
  const machine = lookAround()
  const workshop = new Workshop(options.folder)
  setTimeout(() => {
    process.stderr.write('The bench took too long and was ended.\n')
    process.exit(1)
  }, RUN_MS).unref()
  const description = describeMachine(workshop.folder)
  process.stdout.write(`${description}\n`)
  const missing = options.rivals ? missingRival(machine, { dovecot: true }) : undefined
  if (missing !== undefined) process.stdout.write(`Not all rivals take part: ${missing}.\n`)
  const sections: Section[] = []
  for (const name of options.scenarios) {
    for (const section of await SCENARIOS[name]({ workshop, machine, options })) {
      process.stdout.write(printSection(section))
      sections.push(section)
    }
  }
  process.stdout.write(`\nKept in ${keep({ at: new Date().toISOString(), machine: description, options, sections })}\n`)
  process.exit(0)
}

function keep(results: {
  readonly at: string
  readonly machine: string
  readonly options: Options
  readonly sections: Section[]
}) {
  mkdirSync(RESULTS, { recursive: true })
  const file = join(RESULTS, `${results.at.replace(/[:.]/g, '-')}.json`)
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`)
  return file
}
