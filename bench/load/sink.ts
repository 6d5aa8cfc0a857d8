// Where relayed messages end: Postfix's smtp-sink where it is installed, else a small one of ours; both take everything and keep nothing.

import type { Machine } from '../machine.ts'
import { type Child, freePort, pause, portOpen, type Workshop } from '../workshop.ts'

const OWN_SINK = new URL('./own-sink.ts', import.meta.url).pathname

/** Waiting for messages that do not come any more ends here. */
const WAIT_MS = 180_000
const LOOK_MS = 20
/** One line of counters. */
const TAIL = 64

export interface Sink {
  readonly name: string
  readonly port: number
  readonly pid: number
  /** Messages so far. */
  count(): number
  /** Waits until it has so many. */
  reached(count: number): Promise<void>
  stop(): Promise<void>
}

export async function openSink(workshop: Workshop, machine: Machine): Promise<Sink> {
  const port = await freePort()
  let count = 0
  let tail = ''
  const onOutput = (text: string): void => {
    tail += text
    // A line of counters is written again and again; the last number that is whole is the latest.
    for (const [, number] of tail.matchAll(/mesg= *(\d+)\D/g)) count = Number(number)
    tail = tail.slice(-TAIL)
  }
  const child = startSink(workshop, machine, port, onOutput)
  await portOpen(port, child)
  return {
    name: machine.smtpSink === undefined ? 'our sink' : 'smtp-sink',
    port,
    pid: child.pid,
    count: () => count,
    async reached(wanted) {
      const end = performance.now() + WAIT_MS
      while (count < wanted) {
        if (performance.now() > end) throw new Error(`the sink has ${count} of ${wanted} messages after ${WAIT_MS / 1000} s`)
        await pause(LOOK_MS)
      }
    },
    stop: () => child.stop(),
  }
}

function startSink(workshop: Workshop, machine: Machine, port: number, onOutput: (text: string) => void): Child {
  if (machine.smtpSink === undefined) return workshop.start(process.execPath, [OWN_SINK, `${port}`], onOutput)
  const user = machine.root ? ['-u', 'nobody'] : []
  return workshop.start(machine.smtpSink, [...user, '-c', `127.0.0.1:${port}`, '1024'], onOutput)
}
