// What a scenario gets and gives.

import type { Load } from '../load/source.ts'
import { handIn } from '../load/source.ts'
import type { Machine } from '../machine.ts'
import type { Options } from '../options.ts'
import type { Section } from '../report.ts'
import { type Lane, metered } from '../rounds.ts'
import type { Server } from '../servers/server.ts'
import type { Workshop } from '../workshop.ts'

/** As many as a busy server has at a time; the number that comparisons of mail servers are usually made with. */
export const SESSIONS = 20

export interface Bench {
  readonly workshop: Workshop
  readonly machine: Machine
  readonly options: Options
}

export type Scenario = (bench: Bench) => Promise<readonly Section[]>

/** Messages handed in and kept by the server: the clock stops with the last 250. */
export function acceptLane({ workshop, machine }: Bench, server: Server, load: Omit<Load, 'port' | 'count'>): Lane {
  return {
    name: server.name,
    run: (count) => metered(server.pids, count, () => handIn(workshop, machine, { ...load, count, port: server.port })),
  }
}

/** For servers that were started for one scenario. */
export async function stopAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()))
}
