// Is a 250 given before the disk has the message? Counts the calls that force data to the disk while messages are taken one by one.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { handIn } from '../load/source.ts'
import { missingRival } from '../machine.ts'
import { descendants } from '../process-tree.ts'
import type { Verdict } from '../report.ts'
import { startPostfix } from '../servers/postfix.ts'
import { startPosthorn, WAITING } from '../servers/posthorn.ts'
import type { Server } from '../servers/server.ts'
import { pause } from '../workshop.ts'
import { type Bench, type Scenario, stopAll } from './scenario.ts'

const COUNT = 200
/** strace attaches to every thread in this time. */
const ATTACH_MS = 1500

export const durability: Scenario = async (bench) => {
  const { workshop, machine, options } = bench
  const title = 'Forced to the disk before 250'
  const how = `${COUNT} messages one after the other, fsync and fdatasync counted by strace`
  if (machine.strace === undefined)
    return [{ title, how, lanes: [], verdicts: [{ text: 'strace is not installed', reached: undefined }] }]
  const servers = [await startPosthorn(workshop)]
  if (options.rivals && missingRival(machine, { dovecot: false }) === undefined)
    servers.push(await startPostfix(workshop, machine, { type: 'hold' }))
  const verdicts: Verdict[] = []
  for (const server of servers) {
    const calls = await countCalls(bench, server, machine.strace)
    verdicts.push({ text: `${server.name}: ${calls} calls for ${COUNT} messages`, reached: calls >= COUNT })
  }
  await stopAll(servers)
  return [{ title, how, lanes: [], verdicts }]
}

async function countCalls({ workshop, machine }: Bench, server: Server, strace: string): Promise<number> {
  const load = { sizeBytes: 4096, sessions: 1, to: WAITING, connections: 'kept', body: 'plain', port: server.port } as const
  // Processes that take mail are there before somebody is asked to watch them.
  await handIn(workshop, machine, { ...load, count: 5 })
  const file = join(workshop.folder, `strace-${server.name}`)
  const pids = descendants(server.pids).flatMap((pid) => ['-p', `${pid}`])
  const watcher = workshop.start(strace, ['-f', '-c', '-e', 'trace=fsync,fdatasync', '-o', file, ...pids])
  await pause(ATTACH_MS)
  await handIn(workshop, machine, { ...load, count: COUNT })
  await watcher.stop('SIGINT')
  return callsIn(readFileSync(file, 'utf8'))
}

/** Lines of `strace -c`: share, seconds, microseconds a call, calls, errors (may be blank), name. */
function callsIn(summary: string): number {
  let calls = 0
  for (const line of summary.split('\n')) {
    const fields = line.trim().split(/\s+/)
    if (fields.at(-1) === 'fsync' || fields.at(-1) === 'fdatasync') calls += Number(fields[3])
  }
  return calls
}
