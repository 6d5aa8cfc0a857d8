// Taking mail and keeping it: the clock stops with the last 250, nothing is delivered.

import { generatorOf, type Load } from '../load/source.ts'
import { missingRival } from '../machine.ts'
import { type Goal, judge, type Section } from '../report.ts'
import { interleave } from '../rounds.ts'
import { startPostfix } from '../servers/postfix.ts'
import { startPosthorn, WAITING } from '../servers/posthorn.ts'
import type { Server } from '../servers/server.ts'
import { startSmtpSink } from '../servers/smtp-sink.ts'
import { acceptLane, type Bench, type Scenario, SESSIONS, stopAll } from './scenario.ts'

interface Variant {
  readonly title: string
  readonly count: number
  readonly load: Pick<Load, 'sizeBytes' | 'connections' | 'body'>
  readonly goals: readonly Goal[]
}

const SMALL: readonly Variant[] = [
  {
    title: 'Accept 4 KiB, connections kept',
    count: 6000,
    load: { sizeBytes: 4096, connections: 'kept', body: 'plain' },
    goals: [
      { against: 'Postfix', rate: 5, cpu: 0.3 },
      { against: 'smtp-sink', rate: 0.4 },
    ],
  },
  {
    title: 'Accept 4 KiB, one message per connection',
    count: 4000,
    load: { sizeBytes: 4096, connections: 'single', body: 'plain' },
    goals: [
      { against: 'Postfix', rate: 3, cpu: 0.3 },
      { against: 'smtp-sink', rate: 0.5 },
    ],
  },
]

const LARGE: readonly Variant[] = [
  {
    title: 'Accept 100 KiB, one letter repeated (packs to nothing)',
    count: 1500,
    load: { sizeBytes: 102_400, connections: 'kept', body: 'plain' },
    goals: [{ against: 'Postfix', rate: 1.5 }],
  },
  {
    title: 'Accept 100 KiB, random bytes in base64',
    count: 1500,
    load: { sizeBytes: 102_400, connections: 'kept', body: 'dense' },
    goals: [{ against: 'Postfix', rate: 1.5 }],
  },
]

export const accept: Scenario = (bench) => acceptVariants(bench, SMALL)
export const large: Scenario = (bench) => acceptVariants(bench, LARGE)

async function acceptVariants(bench: Bench, variants: readonly Variant[]): Promise<readonly Section[]> {
  const servers = await startServers(bench)
  const sections: Section[] = []
  for (const variant of variants) sections.push(await measure(bench, servers, variant))
  await stopAll(servers)
  return sections
}

async function startServers({ workshop, machine, options }: Bench): Promise<Server[]> {
  const { profile } = options
  const servers = [await startPosthorn(workshop, { ...(profile === undefined ? {} : { profile }) })]
  if (options.rivals && missingRival(machine, { dovecot: false }) === undefined)
    servers.push(await startPostfix(workshop, machine, { type: 'hold' }))
  if (options.rivals) servers.push(await startSmtpSink(workshop, machine))
  return servers
}

async function measure(bench: Bench, servers: readonly Server[], variant: Variant): Promise<Section> {
  const { machine, options } = bench
  const load = { ...variant.load, sessions: SESSIONS, to: WAITING }
  const count = options.messages ?? variant.count
  const lanes = servers.map((server) => acceptLane(bench, server, load))
  const results = await interleave(lanes, { rounds: options.rounds, count })
  return {
    title: variant.title,
    how: `${count} messages, ${SESSIONS} sessions, by ${generatorOf(machine, load)}`,
    lanes: results,
    verdicts: options.rivals ? judge(results, variant.goals) : [],
  }
}
