// Names of mailboxes: paths of UTF-8 text with `/` between the parts. INBOX is INBOX however it is written (RFC 9051 §5.1).

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
