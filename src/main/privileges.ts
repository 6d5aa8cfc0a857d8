// From root to the user of the settings, once the ports are open.

import { chownSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessSettings } from '../config/server.ts'

/** Does nothing when no user is set or the process is not root's. The C library changes all threads at once. */
export function dropPrivileges({ user, group }: ProcessSettings, folder: string): void {
  if (user === undefined || process.getuid?.() !== 0) return
  process.setgroups?.([group ?? user])
  process.setgid?.(group ?? user)
  handOver(folder, user)
  process.setuid?.(user)
}

function handOver(folder: string, user: string): void {
  // Group first, so that the ids of both are known; the user's number is read by becoming it for a moment.
  process.seteuid?.(user)
  const uid = process.geteuid?.() ?? 0
  process.seteuid?.(0)
  const gid = process.getgid?.() ?? 0
  chownSync(folder, uid, gid)
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) chownSync(join(folder, entry), uid, gid)
}
