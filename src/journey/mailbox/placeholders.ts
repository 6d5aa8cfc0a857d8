// Names that are no mailboxes: they stay in the list because others stand below them, or because somebody is subscribed to them.

import type { Id } from '../../ground/ids.ts'
import { run, type Steps } from '../../store/database/procedure.ts'
import { SUBSCRIBED_AS_ASKED } from './create.ts'
import { deleteMailboxRow, insertMailbox } from './mailbox.store.ts'
import { isBelow, parentsOf } from './names.ts'

export interface NamedRow {
  readonly id: string
  readonly name: string
  readonly selectable: number
  readonly subscribed: number
}

export function hasChildren(rows: readonly NamedRow[], name: string): boolean {
  return rows.some((row) => isBelow(row.name, name))
}

/** The name stays, when it must, now that its mailbox is gone. */
export function* leavePlaceholder(
  owner: { readonly org: number; readonly personId: string; readonly now: number },
  left: NamedRow & { readonly uidValidity: number },
  rows: readonly NamedRow[],
  id: Id,
): Steps<boolean> {
  const asked = left.subscribed === SUBSCRIBED_AS_ASKED
  if (!asked && !hasChildren(rows, left.name)) return false
  const { org, personId, now } = owner
  const empty = { uidValidity: left.uidValidity, uidNext: 1, highestModseq: 1, specialUse: null, selectable: 0 }
  yield* run(insertMailbox, { org, personId, now, id, name: left.name, ...empty, subscribed: asked ? SUBSCRIBED_AS_ASKED : 0 })
  return true
}

/** A name went: those above it that stood for it alone go too. `rows` are those that are left. */
export function* tidyParents(org: number, name: string, rows: readonly NamedRow[]): Steps<void> {
  let left = rows
  for (const parent of parentsOf(name).reverse()) {
    const row = left.find((one) => one.name === parent)
    if (!row || row.selectable === 1 || row.subscribed === SUBSCRIBED_AS_ASKED || hasChildren(left, parent)) return
    yield* run(deleteMailboxRow, { org, mailboxId: row.id })
    left = left.filter((one) => one !== row)
  }
}
