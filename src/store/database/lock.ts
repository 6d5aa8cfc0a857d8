// A data folder belongs to one process at a time. The lock is the kernel's, on a small SQLite file: it goes with the process, also with one
// that is killed, so there is never a stale lock to remove by hand.

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { err, ok, type Result } from '../../ground/result.ts'
import { makeFolder } from './folder.ts'

export interface FolderLock {
  release(): void
}

export interface FolderLockError {
  readonly type: 'held' | 'failed'
  /** Of the holder, if it could be read. */
  readonly pid: number | undefined
  readonly detail: string
}

const SQLITE_BUSY = 5

/** Makes the folder if it is missing. `pid` is written beside the lock, for people. */
export function lockDataFolder(folder: string, pid: number): Result<FolderLock, FolderLockError> {
  const file = join(folder, 'owner.lock')
  const note = join(folder, 'owner.pid')
  let db: DatabaseSync | undefined
  try {
    makeFolder(folder)
    db = new DatabaseSync(file, { timeout: 0 })
    db.exec('BEGIN EXCLUSIVE')
    writeFileSync(note, `${pid}\n`)
  } catch (cause) {
    db?.close()
    return err(explain(folder, note, cause))
  }
  return ok({ release: () => release(db, note) })
}

function release(db: DatabaseSync, note: string): void {
  if (!db.isOpen) return
  rmSync(note, { force: true })
  db.close()
}

function explain(folder: string, note: string, cause: unknown): FolderLockError {
  const { errcode, message } = cause as { errcode?: number; message?: string }
  if (errcode === undefined || (errcode & 0xff) !== SQLITE_BUSY) {
    return { type: 'failed', pid: undefined, detail: `the data folder ${folder} cannot be locked: ${message ?? String(cause)}` }
  }
  const pid = readPid(note)
  const holder = pid === undefined ? 'another process' : `process ${pid}`
  return {
    type: 'held',
    pid,
    detail: `the data folder ${folder} is in use by ${holder}; stop it first, or choose another folder`,
  }
}

function readPid(note: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(note, 'utf8'), 10)
    return Number.isInteger(pid) ? pid : undefined
  } catch {
    return undefined
  }
}
