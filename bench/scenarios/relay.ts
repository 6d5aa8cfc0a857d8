// Taking mail and handing it on: the clock stops when the sink has all of it.

import { openSink, type Sink } from '../load/sink.ts'
import { generatorOf, handIn } from '../load/source.ts'
import { missingRival } from '../machine.ts'
import { judge } from '../report.ts'
import { interleave, type Lane, metered } from '../rounds.ts'
import { startPostfix } from '../servers/postfix.ts'
import { RELAYED, startPosthorn } from '../servers/posthorn.ts'
import type { Server } from '../servers/server.ts'
import { type Bench, type Scenario, SESSIONS, stopAll } from './scenario.ts'

const COUNT = 4000
const SIZE_BYTES = 4096

export const relay: Scenario = async (bench) => {
  const { workshop, machine, options } = bench
  const { profile } = options
  const sink = await openSink(workshop, machine)
  const ours = await startPosthorn(workshop, { sinkPort: sink.port, ...(profile === undefined ? {} : { profile }) })
  const servers = [ours]
  if (options.rivals && missingRival(machine, { dovecot: false }) === undefined)
    servers.push(await startPostfix(workshop, machine, { type: 'relay', port: sink.port }))
  const lanes = servers.map((server) => relayLane(bench, server, sink))
  const count = options.messages ?? COUNT
  const results = await interleave(lanes, { rounds: options.rounds, count })
  await stopAll(servers)
  await sink.stop()
  return [
    {
      title: 'Accept 4 KiB, relay to a sink that has all of it at the end',
      how: `${count} messages, ${SESSIONS} sessions, by ${generatorOf(machine, { body: 'plain' })} to ${sink.name}`,
      lanes: results,
      verdicts: options.rivals ? judge(results, [{ against: 'Postfix', rate: 4, cpu: 0.3 }]) : [],
    },
  ]
}

/** One sink for all lanes: they run one after the other. */
export function relayLane({ workshop, machine }: Bench, server: Server, sink: Sink): Lane {
  const load = { sizeBytes: SIZE_BYTES, sessions: SESSIONS, to: RELAYED, connections: 'kept', body: 'plain' } as const
  return {
    name: server.name,
    run: (count) =>
      metered(server.pids, count, async () => {
        const wanted = sink.count() + count
        await handIn(workshop, machine, { ...load, count, port: server.port })
        await sink.reached(wanted)
        return undefined
      }),
  }
}
