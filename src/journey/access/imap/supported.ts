// Which capabilities are announced: those that work, and no other.

import type { Capability } from '../../../mail/protocol/imap/imap.ts'
import type { ImapSettings } from './settings.ts'

const ALWAYS: readonly Capability[] = [
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
  'SORT',
  'SORT=DISPLAY',
  'ESORT',
  'THREAD=ORDEREDSUBJECT',
  'THREAD=REFERENCES',
  'WITHIN',
  'PARTIAL',
  'LIST-EXTENDED',
  'LIST-STATUS',
  'STATUS=SIZE',
  'SPECIAL-USE',
  'CREATE-SPECIAL-USE',
  'MULTIAPPEND',
  'BINARY',
  'PREVIEW',
  'SAVEDATE',
  'OBJECTID',
  'QUOTA',
  'QUOTA=RES-STORAGE',
  'UNAUTHENTICATE',
]

export function supported({ compress }: Pick<ImapSettings, 'compress'>): ReadonlySet<Capability> {
  return new Set(compress ? [...ALWAYS, 'COMPRESS=DEFLATE'] : ALWAYS)
}
