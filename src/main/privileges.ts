// From root to the user of the settings, once the ports are open.

import { execFileSync } from 'node:child_process'
import { lchownSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessSettings } from '../config/server.ts'
import { err, ok, type Result } from '../ground/result.ts'

/** Does nothing when no user is set or the process is not root's. The C library changes all threads at once. The error is in words. */
export function dropPrivileges({ user, group }: ProcessSettings, folder: string): Result<void, string> {
  if (user === undefined || process.getuid?.() !== 0) return ok()
  const [uid, gid] = [numberOf('-u', user), numberOf('-g', user)]
  if (uid === undefined || gid === undefined) return err(`there is no user "${user}" on this machine`)
  try {
    process.setgroups?.([group ?? gid])
    process.setgid?.(group ?? gid)
  } catch (cause) {
    return err(`the group cannot be taken: ${(cause as Error).message}`)
  }
  handOver(folder, uid, process.getgid?.() ?? gid)
  process.setuid?.(uid)
  return ok()
}

export function userExists(name: string): boolean {
  return numberOf('-u', name) !== undefined
}

/** By the system's own `id`: users need not stand in /etc/passwd, and Node cannot ask for them. */
function numberOf(what: '-u' | '-g', user: string): number | undefined {
  try {
    return Number(execFileSync('id', [what, '--', user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  } catch {
    return undefined
  }
}

/** The link itself where there is one: whoever may write in the folder must not have root give away what lies elsewhere. */
function handOver(folder: string, uid: number, gid: number): void {
  lchownSync(folder, uid, gid)
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) lchownSync(join(folder, entry), uid, gid)
}
