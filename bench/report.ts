// Results as a person reads them: a table for each scenario, and under it each goal with what was reached.

import type { LaneResult } from './rounds.ts'

export interface Goal {
  /** The lane we are measured by. */
  readonly against: string
  /** Our rate divided by theirs, at least. */
  readonly rate?: number
  /** Our CPU time divided by theirs, at most. */
  readonly cpu?: number
}

export interface Verdict {
  readonly text: string
  /** Undefined: could not be told. */
  readonly reached: boolean | undefined
}

export interface Section {
  readonly title: string
  /** How it was measured, in half a sentence. */
  readonly how: string
  readonly lanes: readonly LaneResult[]
  readonly verdicts: readonly Verdict[]
}

/** The first lane is ours. */
export function judge(lanes: readonly LaneResult[], goals: readonly Goal[]): Verdict[] {
  const [ours] = lanes
  return goals.flatMap((goal) => {
    const theirs = lanes.find(({ name }) => name === goal.against)
    if (ours === undefined || theirs === undefined) return [{ text: `${goal.against} was not measured`, reached: undefined }]
    return [...rateVerdict(ours, theirs, goal), ...cpuVerdict(ours, theirs, goal)]
  })
}

function rateVerdict(ours: LaneResult, theirs: LaneResult, { rate, against }: Goal): Verdict[] {
  if (rate === undefined) return []
  const ratio = ours.rate / theirs.rate
  const show = rate < 1 ? percent : times
  return [{ text: `throughput ${show(ratio)} of ${against}, goal at least ${show(rate)}`, reached: ratio >= rate }]
}

function cpuVerdict(ours: LaneResult, theirs: LaneResult, { cpu, against }: Goal): Verdict[] {
  if (cpu === undefined) return []
  if (ours.cpu === undefined || !theirs.cpu) return [{ text: 'CPU time is not told by this system', reached: undefined }]
  const ratio = ours.cpu / theirs.cpu
  return [{ text: `CPU time ${ratio.toFixed(2)} × of ${against}, goal at most ${cpu} ×`, reached: ratio <= cpu }]
}

export function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(0)} %`
}

function times(ratio: number): string {
  return `${ratio.toFixed(1)} ×`
}

export function printSection({ title, how, lanes, verdicts }: Section): string {
  const width = Math.max(20, ...lanes.map(({ name }) => name.length))
  const lines = ['', `${title}  (${how})`]
  if (lanes.length > 0) lines.push(`  ${''.padEnd(width)}  messages/s   CPU s/1,000   lowest to highest`)
  for (const lane of lanes) lines.push(`  ${lane.name.padEnd(width)}  ${row(lane)}`)
  for (const { text, reached } of verdicts) lines.push(`  ${mark(reached)} ${text}`)
  return `${lines.join('\n')}\n`
}

function row({ rate, cpu, samples }: LaneResult): string {
  const rates = samples.map((sample) => sample.rate)
  const spread = `${number(Math.min(...rates))} to ${number(Math.max(...rates))}`
  return `${number(rate).padStart(10)}   ${(cpu?.toFixed(3) ?? '–').padStart(11)}   ${spread}`
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function mark(reached: boolean | undefined): string {
  if (reached === undefined) return '–'
  return reached ? '✓' : '✗'
}
