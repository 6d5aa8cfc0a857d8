// What the command line asks of the bench, with the bounds of each number.

import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'

export const SCENARIOS = ['accept', 'relay', 'mailbox', 'large', 'backlog', 'durability'] as const

export type ScenarioName = (typeof SCENARIOS)[number]

/** More rounds do not make a better median. */
const ROUNDS_MAX = 25
/** What one round may cost in disk: 20 GB at 100 KiB each. */
const MESSAGES_MAX = 200_000

export interface Options {
  readonly scenarios: readonly ScenarioName[]
  readonly rounds: number
  /** Messages of one round; absent: what suits the scenario. */
  readonly messages?: number
  readonly rivals: boolean
  /** Stores and queues are made below it: it decides which disk is measured. */
  readonly folder: string
  /** Where the CPU profiles of our server go. */
  readonly profile?: string
}

export const USAGE = `node bench/run.ts [${SCENARIOS.join('|')}|all] …

  --rounds N      rounds of each scenario; the medians count (3)
  --messages N    messages of one round (what suits the scenario)
  --rivals        also Postfix, Dovecot and smtp-sink where they are installed; Postfix and Dovecot want root
  --folder DIR    where stores and queues are made for the time of the run (${tmpdir()}): choose the disk to measure
  --profile DIR   write CPU profiles of our server into DIR; numbers are then a little worse
`

/** A text says what is wrong. */
export function parseOptions(args: readonly string[]): Options | string {
  const parsed = values(args)
  if (typeof parsed === 'string') return parsed
  const { flags, words } = parsed
  const names = words.includes('all') || words.length === 0 ? SCENARIOS : words
  const scenarios = SCENARIOS.filter((name) => names.includes(name))
  const unknown = names.find((name) => !SCENARIOS.some((known) => known === name))
  if (unknown !== undefined) return `There is no scenario "${unknown}".`
  const rounds = whole(flags.rounds ?? '3', ROUNDS_MAX)
  const messages = flags.messages === undefined ? undefined : whole(flags.messages, MESSAGES_MAX)
  if (rounds === undefined) return `--rounds wants a number from 1 to ${ROUNDS_MAX}.`
  if (flags.messages !== undefined && messages === undefined) return `--messages wants a number from 1 to ${MESSAGES_MAX}.`
  return {
    scenarios,
    rounds,
    ...(messages === undefined ? {} : { messages }),
    rivals: flags.rivals === true,
    folder: flags.folder ?? tmpdir(),
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
  }
}

function values(args: readonly string[]) {
  try {
    const { values: flags, positionals: words } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        messages: { type: 'string' },
        rivals: { type: 'boolean' },
        folder: { type: 'string' },
        profile: { type: 'string' },
      },
    })
    return { flags, words }
  } catch (cause) {
    return (cause as Error).message
  }
}

function whole(text: string, most: number): number | undefined {
  const number = Number(text)
  return Number.isInteger(number) && number >= 1 && number <= most ? number : undefined
}
