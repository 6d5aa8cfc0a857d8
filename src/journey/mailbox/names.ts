// Names of mailboxes: paths of UTF-8 text with `/` between the parts. INBOX is INBOX however it is written (RFC 9051 §5.1).

import { NAME_BYTES_MAX, NAME_PARTS_MAX } from './limits.ts'

/** As it is kept: INBOX in capitals when it is the first part, one `/` at the end taken off (RFC 9051 §6.3.4). */
export function canonicalName(name: string): string {
  const whole = name.endsWith('/') ? name.slice(0, -1) : name
  const slash = whole.indexOf('/')
  const first = slash === -1 ? whole : whole.slice(0, slash)
  return first.toUpperCase() === 'INBOX' ? `INBOX${whole.slice(first.length)}` : whole
}

/** How many mailboxes `createMailbox` of this name may make at most: as many ids it must be given. */
export function depthOf(name: string): number {
  return canonicalName(name).split('/').length
}

/** Whether a mailbox may be called so. */
export function isName(name: string): boolean {
  const parts = name.split('/')
  if (parts.length > NAME_PARTS_MAX || parts.some((part) => part === '')) return false
  return name.isWellFormed() && Buffer.byteLength(name) <= NAME_BYTES_MAX && !/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(name)
}

/** `a/b/c`: `a`, `a/b`. */
export function parentsOf(name: string): string[] {
  const parents: string[] = []
  for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) parents.push(name.slice(0, at))
  return parents
}

export function isBelow(name: string, parent: string): boolean {
  return name.startsWith(`${parent}/`)
}
