// Several contents at once: held, let go, and what is known of them.

import { assert } from '../../ground/assert.ts'
import { all, run, type Steps } from '../database/procedure.ts'
import { statementsOf } from '../database/statement.ts'
import { releaseContent, retainContent } from './content.store.ts'
import type { ContentTables } from './content.tables.ts'
import { INDEXES_READ_AT_ONCE } from './limits.ts'

const statement = statementsOf<ContentTables>()

/** Ids of one statement that takes several; with fewer the last ones are empty, and no content is called so. */
interface Eight {
  readonly a: string
  readonly b: string
  readonly c: string
  readonly d: string
  readonly e: string
  readonly f: string
  readonly g: string
  readonly h: string
}

/** Fewer ways to the engine than one by one, and still a statement that is kept. */
function* byEight(ids: readonly string[]): Generator<Eight, void, undefined> {
  for (let at = 0; at < ids.length; at += 8) {
    const [a = '', b = '', c = '', d = '', e = '', f = '', g = '', h = ''] = ids.slice(at, at + 8)
    yield { a, b, c, d, e, f, g, h }
  }
}

const deleteLastHeldOnes = statement<Eight>('content.deleteLastHeldOnes')((db, a) =>
  db
    .deleteFrom('content')
    .where('id', 'in', [a.a, a.b, a.c, a.d, a.e, a.f, a.g, a.h])
    .where('refs', '=', 1)
    .where('chunk_count', '=', 1)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('content_share').select('holders').whereRef('content_id', '=', 'content.id'))),
    )
    .returning(['id', 'indexed']),
)

const deleteIndexes = statement<Eight>('content.deleteIndexes')((db, a) =>
  db.deleteFrom('content_index').where('content_id', 'in', [a.a, a.b, a.c, a.d, a.e, a.f, a.g, a.h]),
)

const insertShares = statement<Eight>('content.shareOnes')((db, a, sql) =>
  db
    .insertInto('content_share')
    .columns(['content_id', 'holders'])
    .expression(
      db
        .selectFrom('content')
        .select(['id', sql<number>`1`.as('holders')])
        .where('id', 'in', [a.a, a.b, a.c, a.d, a.e, a.f, a.g, a.h]),
    )
    .onConflict((c) => c.column('content_id').doUpdateSet({ holders: sql<number>`content_share.holders + excluded.holders` })),
)

const lowerShares = statement<Eight>('content.lowerShares')((db, a) =>
  db
    .updateTable('content_share')
    .set((e) => ({ holders: e('holders', '-', 1) }))
    .where('content_id', 'in', [a.a, a.b, a.c, a.d, a.e, a.f, a.g, a.h])
    .returning('content_id as id'),
)

const deleteShares = statement<Eight>('content.deleteShares')((db, a) =>
  db.deleteFrom('content_share').where('content_id', 'in', [a.a, a.b, a.c, a.d, a.e, a.f, a.g, a.h]).where('holders', '=', 0),
)

/** `i0`, `i1` …: as many as are read at once. */
const INDEX_PLACES = Array.from({ length: INDEXES_READ_AT_ONCE }, (_, i) => `i${i}`)

type ManyIds = Readonly<Record<string, string>>

export function* manyIds(ids: readonly string[]): Generator<ManyIds, void, undefined> {
  for (let at = 0; at < ids.length; at += INDEX_PLACES.length)
    yield Object.fromEntries(INDEX_PLACES.map((place, i) => [place, ids[at + i] ?? '']))
}

export const readIndexesStatement = statement<ManyIds>('content.readIndexes')((db, a) =>
  db
    .selectFrom('content_index')
    .select(['content_id as id', 'bytes'])
    .where(
      'content_id',
      'in',
      INDEX_PLACES.map((place) => a[place] as string),
    ),
)

/** One holder more of each; an id that comes twice gets two. */
export function* retainContents({ ids }: { readonly ids: readonly string[] }): Steps<void> {
  const { once, often } = countOf(ids)
  for (const eight of byEight(once)) {
    const wanted = Object.values(eight).filter((id) => id !== '').length
    assert((yield* run(insertShares, eight)) === wanted, 'what is to be retained exists')
  }
  for (const [id, by] of often) yield* retainContent({ id, by })
}

/** One holder less of each; an id that comes twice loses two. */
export function* releaseContents({ ids }: { readonly ids: readonly string[] }): Steps<void> {
  const { once, often } = countOf(ids)
  for (const eight of byEight(once)) yield* releaseEight(eight)
  for (const [id, by] of often) for (let n = 0; n < by; n++) yield* releaseContent({ id })
}

/** Those that others came to later lose one of these, without a look at the contents themselves. */
function* releaseEight(eight: Eight): Steps<void> {
  const left = new Set(Object.values(eight).filter((id) => id !== ''))
  const lowered = yield* all(lowerShares, eight)
  if (lowered.length > 0) yield* run(deleteShares, eight)
  for (const { id } of lowered) left.delete(id)
  const [rest] = byEight([...left])
  if (!rest) return
  const gone = yield* all(deleteLastHeldOnes, rest)
  if (gone.some(({ indexed }) => indexed === 1)) {
    const [indexes] = byEight(gone.map(({ id }) => id))
    if (indexes) yield* run(deleteIndexes, indexes)
  }
  for (const { id } of gone) left.delete(id)
  for (const id of left) yield* releaseContent({ id })
}

function countOf(ids: readonly string[]): { readonly once: readonly string[]; readonly often: ReadonlyMap<string, number> } {
  const counts = new Map<string, number>()
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
  const once: string[] = []
  for (const [id, count] of counts) {
    if (count > 1) continue
    once.push(id)
    counts.delete(id)
  }
  return { once, often: counts }
}
