// Giving a folder to a user of the system by name; Node.js knows users by number only.

import { execFileSync } from 'node:child_process'

export function owned(path: string, user: string): void {
  execFileSync('chown', [user, path])
}
