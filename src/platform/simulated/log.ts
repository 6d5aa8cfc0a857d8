// The Log port that remembers. An error that nobody expected is a finding.

import type { Log, LogFields } from '../../ground/ports/log.ts'
import { LOG_LINES_MAX } from './limits.ts'

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields: LogFields & { readonly cause?: string }
}

export class SimulatedLog implements Log {
  readonly lines: LogLine[] = []
  readonly #expected: RegExp[] = []

  debug(message: string, fields: LogFields = {}): void {
    this.#keep({ level: 'debug', message, fields })
  }

  info(message: string, fields: LogFields = {}): void {
    this.#keep({ level: 'info', message, fields })
  }

  warn(message: string, fields: LogFields = {}): void {
    this.#keep({ level: 'warn', message, fields })
  }

  error(message: string, fields: LogFields & { readonly cause?: string } = {}): void {
    this.#keep({ level: 'error', message, fields })
  }

  child(fields: LogFields): Log {
    return childOf(this, fields)
  }

  /** Such errors belong to the story. */
  expectErrors(pattern: RegExp): void {
    this.#expected.push(pattern)
  }

  get unexpectedErrors(): readonly LogLine[] {
    return this.lines.filter(
      ({ level, message }) => level === 'error' && !this.#expected.some((pattern) => pattern.test(message)),
    )
  }

  #keep(line: LogLine): void {
    if (this.lines.length >= LOG_LINES_MAX && line.level !== 'error') return
    this.lines.push(line)
  }
}

function childOf(log: Log, more: LogFields): Log {
  return {
    debug: (message, fields) => log.debug(message, { ...more, ...fields }),
    info: (message, fields) => log.info(message, { ...more, ...fields }),
    warn: (message, fields) => log.warn(message, { ...more, ...fields }),
    error: (message, fields) => log.error(message, { ...more, ...fields }),
    child: (fields) => childOf(log, { ...more, ...fields }),
  }
}
