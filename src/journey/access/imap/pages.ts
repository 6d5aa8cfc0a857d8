// Messages of a set with their rows, a page at a time: one question to the store for many messages, also where the set has holes.

import type { Store } from '../../../store/store.ts'
import { fetchRows, type MessageRow } from '../../mailbox/mailbox.ts'
import { FETCH_GAP_ROWS_MAX, FETCH_PAGE_ROWS } from './limits.ts'
import type { PositionRange, View } from './view.ts'

export interface PagedMessage {
  readonly position: number
  /** Undefined: it is gone. */
  readonly row: MessageRow | undefined
}

export async function* pages(
  store: Store,
  view: View,
  positions: readonly PositionRange[],
  { withIndex }: { readonly withIndex: boolean },
): AsyncGenerator<readonly PagedMessage[], void, undefined> {
  const { org, id: mailboxId } = view.image.mailbox
  for (const group of groups(positions)) {
    const fromUid = view.uidAt(group[0] ?? 0)
    const toUid = view.uidAt(group.at(-1) ?? 0)
    const limit = (group.at(-1) ?? 0) - (group[0] ?? 0) + 1
    const rows = await fetchRows(store, { org, mailboxId, fromUid, toUid, limit }, { withIndex })
    yield joined(view, group, rows)
  }
}

/** Positions that one question covers. */
function* groups(positions: readonly PositionRange[]): Generator<readonly number[]> {
  let group: number[] = []
  for (const { from, to } of positions) {
    for (let position = from; position <= to; position++) {
      const first = group[0] ?? position
      const last = group.at(-1) ?? position
      if (position - first >= FETCH_PAGE_ROWS || position - last > FETCH_GAP_ROWS_MAX) {
        yield group
        group = []
      }
      group.push(position)
    }
  }
  if (group.length > 0) yield group
}

/** Both ascend. */
function joined(view: View, group: readonly number[], rows: readonly MessageRow[]): readonly PagedMessage[] {
  let at = 0
  return group.map((position) => {
    const uid = view.uidAt(position)
    while ((rows[at]?.uid ?? uid) < uid) at++
    const row = rows[at]
    return { position, row: row?.uid === uid ? row : undefined }
  })
}
