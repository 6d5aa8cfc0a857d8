// Whether this user can work with a data folder at all, and if not, whose it is.

import { execFileSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { OfflineError } from '../surface/cli/cli.ts'
import { STORE_FILE } from './store-file.ts'

/** What stands in the way; undefined where nothing does. */
export function obstacle(dataDir: string): OfflineError | undefined {
  const folder = resolve(dataDir)
  try {
    statSync(join(folder, STORE_FILE))
    return undefined
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM') return { type: 'forbidden', detail: ownerOf(folder) }
    return { type: 'missing', detail: folder }
  }
}

export function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Of the folder, or, where it cannot even be looked at, of the one above it that keeps it from us. */
export function ownerOf(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    try {
      return nameOf(statSync(at).uid)
    } catch {
      if (at === dirname(at)) return 'another user'
    }
  }
}

/** By the system's own `id`: users need not stand in /etc/passwd, and Node cannot ask for them. */
function nameOf(uid: number): string {
  try {
    return execFileSync('id', ['-nu', '--', String(uid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return `user ${uid}`
  }
}
