// The Log port: one JSON object on each line of standard error. Written at once: what was logged before a crash is there to be read.

import { writeSync } from 'node:fs'
import type { Log, LogFields } from '../../ground/ports/log.ts'

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

/** The numbers that log readers of the Node.js world know. */
const LEVELS = { debug: 20, info: 30, warn: 40, error: 50, silent: 100 } as const

const STANDARD_ERROR = 2

/** `write` takes one line with its end; absent: standard error. */
export function nodeLog(options: LogOptions, write: (line: string) => void = writeLine): Log {
  return logWith(LEVELS[options.level], {}, write)
}

function logWith(least: number, bound: LogFields, write: (line: string) => void): Log {
  const at = (level: number) => (message: string, fields?: LogFields) => {
    if (level >= least) write(lineOf(level, { ...bound, ...fields }, message))
  }
  return {
    debug: at(LEVELS.debug),
    info: at(LEVELS.info),
    warn: at(LEVELS.warn),
    error: at(LEVELS.error),
    child: (fields) => logWith(least, { ...bound, ...fields }, write),
  }
}

/** JSON escapes what could end the line: one entry stays one line whatever a peer sent. */
function lineOf(level: number, fields: LogFields, message: string): string {
  return `${JSON.stringify({ level, time: new Date().toISOString(), ...readable(fields), msg: message })}\n`
}

/** Fields that are moments. */
const MOMENTS = new Set(['until', 'at', 'dueAt', 'since'])

function readable(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      MOMENTS.has(name) && typeof value === 'number' ? isoTime(value) : value,
    ]),
  )
}

function isoTime(ms: number): string | number {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : ms
}

/** A pipe that is full for longer than this has a reader that sleeps; its line is dropped and the server goes on. */
const FULL_TRIES_MAX = 50
const FULL_WAIT_MS = 10

const pause = new Int32Array(new SharedArrayBuffer(4))

function writeLine(line: string): void {
  let rest: Uint8Array = Buffer.from(line)
  for (let tries = 0; rest.length > 0 && tries < FULL_TRIES_MAX; ) {
    try {
      rest = rest.subarray(writeSync(STANDARD_ERROR, rest))
    } catch (cause) {
      // Closed for good: there is nobody to tell.
      if ((cause as NodeJS.ErrnoException).code !== 'EAGAIN') return
      tries++
      Atomics.wait(pause, 0, 0, FULL_WAIT_MS)
    }
  }
}
