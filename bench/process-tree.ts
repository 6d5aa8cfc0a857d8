// CPU time of a program with all its processes, from /proc: nothing needs root for it.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

interface Stat {
  readonly parent: number
  readonly ticks: number
}

/** Seconds used so far by these processes and their descendants, the dead ones that were waited for included. No /proc: undefined. */
export function cpuSeconds(roots: readonly number[]): number | undefined {
  const stats = allStats()
  if (stats === undefined) return undefined
  let ticks = 0
  for (const pid of treeOf(roots, stats)) ticks += stats.get(pid)?.ticks ?? 0
  return ticks / ticksPerSecond()
}

/** The processes and their descendants that live now. */
export function descendants(roots: readonly number[]): number[] {
  const stats = allStats()
  return stats === undefined ? [...roots] : treeOf(roots, stats)
}

function treeOf(roots: readonly number[], stats: ReadonlyMap<number, Stat>): number[] {
  const children = Map.groupBy(stats.keys(), (pid) => stats.get(pid)?.parent)
  const found: number[] = []
  const look = (pid: number): void => {
    found.push(pid)
    for (const child of children.get(pid) ?? []) look(child)
  }
  for (const root of roots) if (stats.has(root)) look(root)
  return found
}

function allStats(): Map<number, Stat> | undefined {
  const stats = new Map<number, Stat>()
  for (const name of directories()) {
    const stat = statOf(name)
    if (stat) stats.set(Number(name), stat)
  }
  return stats.size === 0 ? undefined : stats
}

function directories(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

/** proc(5): after the name in parentheses come state, parent …; fields 14 to 17 are the times of the process and of its dead children. */
function statOf(pid: string): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const times = fields.slice(11, 15).map(Number)
    return { parent: Number(fields[1]), ticks: times.reduce((sum, ticks) => sum + ticks, 0) }
  } catch {
    return undefined
  }
}

let knownTicks: number | undefined

function ticksPerSecond(): number {
  knownTicks ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) || 100
  return knownTicks
}
