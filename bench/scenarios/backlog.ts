// A queue with 100,000 recipients that wait: does it slow down the mail that flows? Our server twice, once with an empty store.

import { openSink } from '../load/sink.ts'
import { generatorOf } from '../load/source.ts'
import { judge, type Section } from '../report.ts'
import { interleave, type Lane, type LaneResult } from '../rounds.ts'
import { startPosthorn, WAITING } from '../servers/posthorn.ts'
import { fillQueue } from './backlog-fill.ts'
import { relayLane } from './relay.ts'
import { acceptLane, type Scenario, SESSIONS, stopAll } from './scenario.ts'

const COUNT = 3000
const WAITING_COUNT = 100_000
const EMPTY = 'empty queue'

export const backlog: Scenario = async (bench) => {
  const { workshop, machine, options } = bench
  const folder = workshop.room('backlog')
  await fillQueue(folder, WAITING_COUNT)
  const sink = await openSink(workshop, machine)
  const full = await startPosthorn(workshop, { name: '100,000 waiting', folder, sinkPort: sink.port })
  const empty = await startPosthorn(workshop, { name: EMPTY, sinkPort: sink.port })
  const servers = [full, empty]
  const count = options.messages ?? COUNT
  const measure = async (title: string, lanes: readonly Lane[]): Promise<Section> => {
    const results = await interleave(lanes, { rounds: options.rounds, count })
    return section(title, `${count} messages, by ${generatorOf(machine, { body: 'plain' })}`, results)
  }
  const load = { sizeBytes: 4096, sessions: SESSIONS, to: WAITING, connections: 'kept', body: 'plain' } as const
  const sections = [
    await measure(
      'Relay with a full queue',
      servers.map((server) => relayLane(bench, server, sink)),
    ),
    await measure(
      'Accept with a full queue',
      servers.map((server) => acceptLane(bench, server, load)),
    ),
  ]
  await stopAll(servers)
  await sink.stop()
  return sections
}

function section(title: string, how: string, lanes: readonly LaneResult[]): Section {
  return { title, how, lanes, verdicts: judge(lanes, [{ against: EMPTY, rate: 0.9 }]) }
}
