// Which messages a search finds: its keys evaluated on what the session sees of the mailbox.

import type { SearchKey } from '../../../mail/protocol/imap/imap.ts'
import type { Store } from '../../../store/store.ts'
import { fetchRows, type MessageRow } from '../../mailbox/mailbox.ts'
import { FETCH_PAGE_ROWS } from './limits.ts'
import { each, type View } from './view.ts'

export interface SearchGround {
  readonly store: Store
  readonly view: View
  readonly nowMs: number
  /** To be awaited now and then: other sessions have their turn. False: nobody waits for the answer any more. */
  pause(): Promise<boolean>
}

/** Uids of messages the session was told of, ascending. `bad-set`: a message number that no message has. */
export async function search(ground: SearchGround, key: SearchKey): Promise<number[] | 'bad-set' | 'gone'> {
  const { view } = ground
  const sets = new Map<SearchKey, ReadonlySet<number>>()
  if (!resolveSets(view, key, sets)) return 'bad-set'
  const uids: number[] = []
  const wantsRow = needsRow(key)
  for (let from = 0; from < view.count; from += FETCH_PAGE_ROWS) {
    const to = Math.min(from + FETCH_PAGE_ROWS, view.count)
    const rows = wantsRow ? await rowsOf(ground, from, to) : undefined
    for (let position = from; position < to; position++) {
      const uid = view.uidAt(position)
      const message = { position, uid, index: view.imageIndex(position), row: rows?.get(uid) }
      if (message.index !== -1 && (!wantsRow || message.row) && matches(ground, sets, message, key)) uids.push(uid)
    }
    if (!(await ground.pause())) return 'gone'
  }
  return uids
}

interface Message {
  readonly position: number
  readonly uid: number
  readonly index: number
  readonly row: MessageRow | undefined
}

async function rowsOf({ store, view }: SearchGround, from: number, to: number): Promise<ReadonlyMap<number, MessageRow>> {
  const { org, id: mailboxId } = view.image.mailbox
  const range = { org, mailboxId, fromUid: view.uidAt(from), toUid: view.uidAt(to - 1), limit: FETCH_PAGE_ROWS }
  return new Map((await fetchRows(store, range, { withIndex: false })).map((row) => [row.uid, row]))
}

function resolveSets(view: View, key: SearchKey, sets: Map<SearchKey, ReadonlySet<number>>): boolean {
  switch (key.type) {
    case 'and':
      return key.keys.every((part) => resolveSets(view, part, sets))
    case 'or':
      return resolveSets(view, key.left, sets) && resolveSets(view, key.right, sets)
    case 'not':
    case 'fuzzy':
      return resolveSets(view, key.key, sets)
    case 'sequence':
    case 'uid': {
      const positions = view.resolve(key.set, { byUid: key.type === 'uid' })
      if (positions) sets.set(key, new Set(each(positions)))
      return positions !== undefined
    }
    default:
      return true
  }
}

function needsRow(key: SearchKey): boolean {
  switch (key.type) {
    case 'and':
      return key.keys.some(needsRow)
    case 'or':
      return needsRow(key.left) || needsRow(key.right)
    case 'not':
    case 'fuzzy':
      return needsRow(key.key)
    case 'date':
    case 'age':
    case 'size':
    case 'email-id':
    case 'thread-id':
      return true
    default:
      return false
  }
}

const DAY_MS = 24 * 60 * 60 * 1000
const RECENT = 32

function matches(
  ground: SearchGround,
  sets: ReadonlyMap<SearchKey, ReadonlySet<number>>,
  message: Message,
  key: SearchKey,
): boolean {
  const { view } = ground
  const { index, uid, row } = message
  switch (key.type) {
    case 'all':
    case 'save-date-supported':
      return true
    case 'and':
      return key.keys.every((part) => matches(ground, sets, message, part))
    case 'or':
      return matches(ground, sets, message, key.left) || matches(ground, sets, message, key.right)
    case 'not':
      return !matches(ground, sets, message, key.key)
    case 'fuzzy':
      return matches(ground, sets, message, key.key)
    case 'sequence':
    case 'uid':
      return sets.get(key)?.has(message.position) === true
    case 'flag': {
      const bits = view.image.flagsAt(index) | (view.isRecent(uid) ? RECENT : 0)
      return ((bits & key.bit) !== 0) === key.present
    }
    case 'keyword': {
      const wanted = key.keyword.toLowerCase()
      return view.image.keywordsAt(index).toLowerCase().split(' ').includes(wanted) === key.present
    }
    case 'modseq':
      return view.image.modseqAt(index) >= key.modseq
    case 'date': {
      if (!row) return false
      const at = key.of === 'saved' ? row.savedAtMs : row.internalDateMs + row.zoneMinutes * 60_000
      const day = Math.floor(at / DAY_MS)
      if (key.is === 'on') return day === key.day
      return key.is === 'before' ? day < key.day : day >= key.day
    }
    case 'age': {
      const since = ground.nowMs - key.seconds * 1000
      return row !== undefined && (key.is === 'older' ? row.internalDateMs <= since : row.internalDateMs >= since)
    }
    case 'size':
      return row !== undefined && (key.is === 'larger' ? row.sizeBytes > key.octets : row.sizeBytes < key.octets)
    case 'email-id':
      return row?.emailId === key.id
    case 'thread-id':
      return row?.threadId === key.id
    case 'header':
    case 'body':
    case 'text':
      return false
  }
}
