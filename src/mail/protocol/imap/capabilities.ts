// What may be advertised, as data: which capability in which state, and who decides.

import type { Extension } from './command.ts'

export type State = 'not-authenticated' | 'authenticated' | 'selected' | 'logout'

/** Those the session chooses from. The core adds IMAP4rev1, SASL-IR, ID, LITERAL+, ENABLE, AUTH=, STARTTLS and LOGINDISABLED by itself. */
export const CAPABILITIES = [
  'IMAP4rev2',
  'IDLE',
  'NAMESPACE',
  'CHILDREN',
  'UIDPLUS',
  'UNSELECT',
  'MOVE',
  'CONDSTORE',
  'QRESYNC',
  'UTF8=ACCEPT',
  'ESEARCH',
  'SEARCHRES',
  'WITHIN',
  'SEARCH=FUZZY',
  'SORT',
  'SORT=DISPLAY',
  'ESORT',
  'CONTEXT=SEARCH',
  'THREAD=ORDEREDSUBJECT',
  'THREAD=REFERENCES',
  'PARTIAL',
  'LIST-EXTENDED',
  'LIST-STATUS',
  'LIST-MYRIGHTS',
  'STATUS=SIZE',
  'SPECIAL-USE',
  'CREATE-SPECIAL-USE',
  'MULTIAPPEND',
  'REPLACE',
  'BINARY',
  'PREVIEW',
  'SAVEDATE',
  'OBJECTID',
  'QUOTA',
  'QUOTASET',
  'QUOTA=RES-STORAGE',
  'QUOTA=RES-MESSAGE',
  'METADATA',
  'METADATA-SERVER',
  'ACL',
  'NOTIFY',
  'COMPRESS=DEFLATE',
  'UNAUTHENTICATE',
] as const

export type Capability = (typeof CAPABILITIES)[number]

/** Which capability makes which word of ENABLE known. */
export const ENABLEABLE: ReadonlyMap<string, { readonly extension: Extension; readonly needs: Capability }> = new Map([
  ['CONDSTORE', { extension: 'CONDSTORE', needs: 'CONDSTORE' }],
  ['QRESYNC', { extension: 'QRESYNC', needs: 'QRESYNC' }],
  ['UTF8=ACCEPT', { extension: 'UTF8=ACCEPT', needs: 'UTF8=ACCEPT' }],
  ['IMAP4REV2', { extension: 'IMAP4REV2', needs: 'IMAP4rev2' }],
])

/** What decides on the list beside the state. */
export interface Offer {
  readonly supported: ReadonlySet<Capability>
  readonly mechanisms: readonly string[]
  /** TLS is off, and can be turned on. */
  readonly startTls: boolean
  /** Passwords are taken on this connection as it is. */
  readonly passwords: boolean
  /** APPENDLIMIT (RFC 7889). */
  readonly appendBytesMax: number
}

/** Words after `CAPABILITY`. Short before the login: what is of use then, and nothing that a stranger need know. */
export function capabilityWords(state: State, offer: Offer): readonly string[] {
  const words = ['IMAP4rev1']
  if (offer.supported.has('IMAP4rev2')) words.push('IMAP4rev2')
  words.push('LITERAL+', 'SASL-IR', 'ID', 'ENABLE')
  if (state === 'not-authenticated') {
    if (offer.supported.has('IDLE')) words.push('IDLE')
    if (offer.startTls) words.push('STARTTLS')
    if (!offer.passwords) return [...words, 'LOGINDISABLED']
    return [...words, ...offer.mechanisms.map((mechanism) => `AUTH=${mechanism}`)]
  }
  return [
    ...words,
    ...CAPABILITIES.filter((name) => name !== 'IMAP4rev2' && offer.supported.has(name)),
    `APPENDLIMIT=${offer.appendBytesMax}`,
  ]
}
