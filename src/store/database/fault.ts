// What an engine's error means to the caller: one of the four kinds of StoreError. Reads throw it as StoreFault.

import type { StoreError } from '../store.ts'

/** A read that the engine could not do. Nobody handles it but the boundary of a session or job. */
export class StoreFault extends Error {
  override readonly name = 'StoreFault'
  readonly error: StoreError

  constructor(error: StoreError, options?: ErrorOptions) {
    super(`${error.type}: ${error.detail}`, options)
    this.error = error
  }
}

// https://www.sqlite.org/rescode.html, primary codes (low byte of the extended code).
const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6
const SQLITE_FULL = 13

export function sqliteFault(cause: unknown): StoreError {
  const { errcode, message } = cause as { errcode?: number; message?: string }
  const detail = `${message ?? String(cause)}${errcode === undefined ? '' : ` (SQLite ${errcode})`}`
  if (errcode === undefined) return { type: 'failed', detail }
  const primary = errcode & 0xff
  if (primary === SQLITE_FULL) return { type: 'full', detail }
  if (primary === SQLITE_BUSY || primary === SQLITE_LOCKED) return { type: 'busy', detail }
  return { type: 'failed', detail }
}

// Conditions of SQLite that say something about the disk or its neighbours, not about the procedure that met them.
const ENVIRONMENT = new Set([5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 26])

/** True for what the procedure is to blame for: its own exception, a wrong statement, a broken constraint. */
export function isSqliteBug(cause: unknown): boolean {
  const errcode = (cause as { errcode?: number }).errcode
  return errcode === undefined || !ENVIRONMENT.has(errcode & 0xff)
}

/** PostgreSQL asks to do the transaction again: serialization failure, deadlock. */
export function isPostgresRetry(cause: unknown): boolean {
  const { code } = cause as { code?: string }
  return code === '40001' || code === '40P01'
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html; what has no SQLSTATE comes from the connection, or is a bug of ours. */
export function postgresFault(cause: unknown): StoreError {
  const { code, message } = cause as { code?: string; message?: string }
  const detail = `${message ?? String(cause)}${code === undefined ? '' : ` (PostgreSQL ${code})`}`
  if (code === '53100') return { type: 'full', detail }
  const busy =
    isPostgresRetry(cause) ||
    code?.startsWith('53') ||
    code === '55P03' ||
    code === '57014' ||
    message?.includes('timeout exceeded')
  return { type: busy ? 'busy' : 'failed', detail }
}

// Classes of SQLSTATE that blame the statement: wrong data, broken constraint, wrong transaction state, wrong syntax or name.
const STATEMENT_CLASSES = new Set(['22', '23', '25', '42'])

export function isPostgresBug(cause: unknown): boolean {
  const { code, message } = cause as { code?: string; message?: string }
  if (code === undefined) return !message?.includes('Connection terminated') && !message?.includes('timeout exceeded')
  return code.length === 5 && STATEMENT_CLASSES.has(code.slice(0, 2))
}
