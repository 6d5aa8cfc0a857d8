// Lanes and rounds: every server in turn, again and again, so that what else the machine does falls on all of them alike.

import { cpuSeconds } from './process-tree.ts'
import { pause } from './workshop.ts'

/** Let it write what it still has to write: that is part of the price of what it has taken. */
const SETTLE_MS = 300

export interface Sample {
  readonly seconds: number
  readonly rate: number
  /** CPU seconds of the server for 1,000 messages; undefined where there is no /proc. */
  readonly cpu: number | undefined
}

export interface Lane {
  readonly name: string
  /** Sends so many, waits until they are where they shall be. */
  run(count: number): Promise<Sample>
}

export interface LaneResult {
  readonly name: string
  /** Medians. */
  readonly rate: number
  readonly cpu: number | undefined
  readonly samples: readonly Sample[]
}

/** `work` answers the seconds that count, or nothing: then all of it counts. */
export async function metered(pids: readonly number[], count: number, work: () => Promise<number | undefined>): Promise<Sample> {
  const before = cpuSeconds(pids)
  const started = performance.now()
  const told = await work()
  const seconds = told ?? (performance.now() - started) / 1000
  await pause(SETTLE_MS)
  const after = cpuSeconds(pids)
  const cpu = before === undefined || after === undefined ? undefined : ((after - before) * 1000) / count
  return { seconds, rate: count / seconds, cpu }
}

/** A server that waited for its turn has let go of what it had at hand; a few messages first, which do not count. */
const WARM_UP_MESSAGES = 300

/** The first round warms up and does not count; each round begins with another lane. */
export async function interleave(
  lanes: readonly Lane[],
  { rounds, count }: { readonly rounds: number; readonly count: number },
): Promise<LaneResult[]> {
  const samples = lanes.map((): Sample[] => [])
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < lanes.length; turn++) {
      const at = (round + turn) % lanes.length
      await lanes[at]?.run(Math.min(count, WARM_UP_MESSAGES))
      const sample = await lanes[at]?.run(count)
      if (sample && round > 0) samples[at]?.push(sample)
      process.stderr.write('·')
    }
  }
  process.stderr.write('\n')
  return lanes.map(({ name }, at) => {
    const own = samples[at] ?? []
    const cpus = own.flatMap(({ cpu }) => (cpu === undefined ? [] : [cpu]))
    return { name, samples: own, rate: median(own.map(({ rate }) => rate)) ?? 0, cpu: median(cpus) }
  })
}

export function median(numbers: readonly number[]): number | undefined {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle]
  if (upper === undefined || sorted.length % 2 === 1) return upper
  return (upper + (sorted[middle - 1] ?? upper)) / 2
}
