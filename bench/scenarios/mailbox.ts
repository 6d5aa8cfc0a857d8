// Taking mail for somebody of ours: the clock stops when the mailbox has all of it.

import { generatorOf, handIn } from '../load/source.ts'
import { missingRival } from '../machine.ts'
import { judge } from '../report.ts'
import { interleave, type Lane, metered } from '../rounds.ts'
import { startDovecot } from '../servers/dovecot.ts'
import { startPostfix } from '../servers/postfix.ts'
import { MAILBOX, startPosthorn } from '../servers/posthorn.ts'
import type { Server } from '../servers/server.ts'
import { pause } from '../workshop.ts'
import { type Bench, type Scenario, SESSIONS } from './scenario.ts'

const COUNT = 3000
const SIZE_BYTES = 4096
const WAIT_MS = 180_000
const LOOK_MS = 50

const RIVAL = 'Postfix → Dovecot'

export const mailbox: Scenario = async (bench) => {
  const { workshop, machine, options } = bench
  const { profile } = options
  const servers = [await startPosthorn(workshop, { ...(profile === undefined ? {} : { profile }) })]
  if (options.rivals && missingRival(machine, { dovecot: true }) === undefined) servers.push(await startPair(bench))
  const lanes = servers.map((server) => mailboxLane(bench, server))
  const count = options.messages ?? COUNT
  const results = await interleave(lanes, { rounds: options.rounds, count })
  for (const server of servers) await server.stop()
  return [
    {
      title: 'Accept 4 KiB into a mailbox',
      how: `${count} messages, ${SESSIONS} sessions, by ${generatorOf(machine, { body: 'plain' })}`,
      lanes: results,
      verdicts: options.rivals ? judge(results, [{ against: RIVAL, rate: 8, cpu: 0.3 }]) : [],
    },
  ]
}

async function startPair({ workshop, machine }: Bench): Promise<Server> {
  const dovecot = await startDovecot(workshop, machine)
  const postfix = await startPostfix(workshop, machine, { type: 'mailbox', port: dovecot.port })
  return {
    name: RIVAL,
    port: postfix.port,
    pids: [...postfix.pids, ...dovecot.pids],
    delivered: () => dovecot.delivered(),
    async stop() {
      await postfix.stop()
      await dovecot.stop()
    },
  }
}

function mailboxLane({ workshop, machine }: Bench, server: Server): Lane {
  const load = { sizeBytes: SIZE_BYTES, sessions: SESSIONS, to: MAILBOX, connections: 'kept', body: 'plain' } as const
  return {
    name: server.name,
    run: (count) => {
      const wanted = server.delivered() + count
      return metered(server.pids, count, async () => {
        const end = performance.now() + WAIT_MS
        await handIn(workshop, machine, { ...load, count, port: server.port })
        while (server.delivered() < wanted) {
          if (performance.now() > end) throw new Error(`${server.name} has ${server.delivered()} of ${wanted} messages`)
          await pause(LOOK_MS)
        }
        return undefined
      })
    },
  }
}
