// Messages of a mailbox: put there, flagged, copied, moved, removed, and remembered as removed.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentFacts, readIndexes } from '../../store/content/content.ts'
import { procedure, run, type Steps } from '../../store/database/procedure.ts'
import { statementsOf } from '../../store/database/statement.ts'
import { forEachEngine, type TestEngine } from '../../store/database/testing.ts'
import { isKeyword } from './flags.ts'
import {
  EXPUNGE_MESSAGES_MAX,
  EXPUNGED_KEPT_MS,
  MAILBOX_KEYWORDS_MAX,
  MESSAGE_KEYWORDS_MAX,
  STORE_MESSAGES_MAX,
} from './limits.ts'
import type { MailboxTables } from './mailbox.tables.ts'
import {
  appendMessagesProcedure,
  type CopyMessages,
  changesSince,
  copyMessagesProcedure,
  expungeMessages,
  FLAG_ANSWERED,
  FLAG_DELETED,
  FLAG_FLAGGED,
  FLAG_SEEN,
  fetchRows,
  type Mailbox,
  moveMessagesProcedure,
  rangesOf,
  type StoreFlags,
  storeFlags,
  takeRecentProcedure,
  uidsOf,
  usage,
} from './mailbox.ts'
import { isIn, runsOf, spansOf } from './selection.ts'
import { type House, openHouse, PERSON, refusal, value } from './testing.ts'
import { orderedRanges, UID_MAX } from './uids.ts'

const statement = statementsOf<MailboxTables>()

/** A mailbox that has seen much. */
const ageStatement = statement<{ mailboxId: string; uidNext: number; modseq: number }>('test.age')((db, a) =>
  db.updateTable('mailbox').set({ uid_next: a.uidNext, highest_modseq: a.modseq }).where('id', '=', a.mailboxId),
)

const ageProcedure = procedure('test.age', function* (args: { mailboxId: string; uidNext: number; modseq: number }): Steps<void> {
  yield* run(ageStatement, args)
})

const ALL = [{ from: 1, to: UID_MAX }]

test('[B44] sets of uids: ranges, spans and runs', () => {
  assert.deepEqual(rangesOf([1, 2, 3, 5, 7, 8]), [
    { from: 1, to: 3 },
    { from: 5, to: 5 },
    { from: 7, to: 8 },
  ])
  assert.deepEqual(uidsOf([{ from: 4, to: 6 }]), [4, 5, 6])
  const ordered = orderedRanges([
    { from: 9, to: 12 },
    { from: 1, to: 2 },
    { from: 3, to: 3 },
    { from: 40, to: 40 },
    { from: 11, to: 14 },
  ])
  assert.deepEqual(ordered, [
    { from: 1, to: 3 },
    { from: 9, to: 14 },
    { from: 40, to: 40 },
  ])
  assert.deepEqual(
    spansOf(ordered, 16).map(({ from, to, ranges }) => [from, to, ranges.length]),
    [
      [1, 14, 2],
      [40, 40, 1],
    ],
  )
  assert.deepEqual([isIn(ordered, 3), isIn(ordered, 4), isIn(ordered, 40)], [true, false, true])
  const rows = [1, 2, 5, 10, 11, 15].map((uid) => ({ uid }))
  assert.deepEqual(
    runsOf(rows, ordered, () => true).map((one) => one.map(({ uid }) => uid)),
    [
      [1, 2],
      [10, 11],
    ],
  )
})

test('[B43] a keyword is an atom of ASCII', () => {
  for (const good of ['$Forwarded', 'NIL', 'a[b', "it's", 'x'.repeat(255)]) assert.ok(isKeyword(good), good)
  for (const bad of ['', 'a b', 'a(b', 'a)b', 'a{b', 'a%b', 'a*b', 'a"b', 'a\\b', 'a]b', 'ü', 'a\r', '\u007f', 'x'.repeat(256)])
    assert.ok(!isKeyword(bad), bad)
})

forEachEngine('messages', ({ open }: TestEngine) => {
  async function start(t: Parameters<typeof openHouse>[0], onBug?: () => void): Promise<{ house: House; box: Mailbox }> {
    const options = onBug === undefined ? {} : { onBug }
    const house = await openHouse(t, open, { procedures: [ageProcedure] as never, ...options })
    return { house, box: await house.create('box') }
  }

  const where = (box: Mailbox) => ({ org: 1, mailboxId: box.id })
  const rowsOf = (house: House, box: Mailbox, withIndex = false) =>
    fetchRows(house.store, { ...where(box), fromUid: 1, toUid: UID_MAX, limit: 1000 }, { withIndex })
  const change = (house: House, box: Mailbox, as: Partial<StoreFlags>) =>
    value(storeFlags(house.store, { ...where(box), ranges: ALL, mode: 'add', flags: 0, keywords: [], ...as }))
  const carry = (house: House, from: Mailbox, to: Mailbox, as: Partial<CopyMessages> = {}) => ({
    org: 1,
    fromMailboxId: from.id,
    toMailboxId: to.id,
    ranges: ALL,
    id: house.id(),
    now: 99,
    ...as,
  })

  test('[B50] [trap 32] an append of several is all or nothing, and answers from its own commit', async (t) => {
    const { house, box } = await start(t, () => undefined)
    const messages = [
      house.message({ flags: FLAG_SEEN, keywords: ['b', 'a', 'a'] }),
      house.message({ internalDateMs: 5, zoneMinutes: 120 }),
    ]
    const answer = await value(house.store.call(appendMessagesProcedure, { ...where(box), messages, now: 77 }))
    assert.deepEqual(answer, { ok: true, value: { uidValidity: box.uidValidity, firstUid: 1, modseq: 2 } })
    const rows = await rowsOf(house, box)
    assert.deepEqual(
      rows.map((row) => [
        row.uid,
        row.flags,
        row.keywords,
        row.internalDateMs,
        row.zoneMinutes,
        row.savedAtMs,
        row.sizeBytes,
        row.prefix,
      ]),
      [
        [1, FLAG_SEEN, 'a b', 7, 0, 77, 21, ''],
        [2, 0, '', 5, 120, 77, 21, ''],
      ],
    )
    const [first, second] = [house.message(), house.message({ keywords: ['not an atom'] })]
    const bad = { ...where(box), messages: [first, second], now: 78 }
    assert.equal(await refusal(house.store.call(appendMessagesProcedure, bad)), 'bad-keyword')
    const twice = { ...where(box), messages: [first, first], now: 78 }
    assert.equal((await house.store.call(appendMessagesProcedure, twice)).ok, false)
    assert.equal((await house.fresh(box)).uidNext, 3)
    assert.equal(await contentFacts(house.store, first.content.id), undefined)
    assert.equal(await refusal(house.store.call(appendMessagesProcedure, { ...bad, mailboxId: 'nowhere' })), 'no-mailbox')
  })

  test('[B51] [trap 32] what does not fit into the quota is refused in the commit that would add it', async (t) => {
    const { house, box } = await start(t)
    const other = await house.create('other')
    await house.append(other, [{}, {}])
    const add = (quotaBytes: number) =>
      house.store.call(appendMessagesProcedure, { ...where(box), messages: [house.message()], now: 9, quotaBytes })
    assert.equal(await refusal(add(62)), 'over-quota')
    assert.ok((await value(add(63))).ok)
    assert.deepEqual(await usage(house.store, PERSON), { messages: 3, sizeBytes: 63 })
    const copy = carry(house, other, box, { quotaBytes: 104 })
    assert.equal(await refusal(house.store.call(copyMessagesProcedure, copy)), 'over-quota')
    assert.ok((await value(house.store.call(moveMessagesProcedure, copy))).ok, 'a move adds nothing')
  })

  test('[B52] an index is kept with its content and read with its message', async (t) => {
    const { house, box } = await start(t)
    await house.append(box, [{ index: new Uint8Array([1, 2]) }, {}])
    assert.deepEqual(
      (await rowsOf(house, box, true)).map((row) => row.index),
      [new Uint8Array([1, 2]), null],
    )
    assert.deepEqual(
      (await rowsOf(house, box)).map((row) => row.index),
      [null, null],
    )
    const [row] = await rowsOf(house, box)
    await value(expungeMessages(house.store, { ...where(box), which: 'all', now: 9 }))
    assert.equal((await readIndexes(house.store, [row?.contentId ?? ''])).size, 0)
  })

  test('[B22] [trap 5] uids and modseqs are taken in the commit that shows them, in order, whoever comes at once', async (t) => {
    const { house, box } = await start(t)
    const firsts = await Promise.all(Array.from({ length: 12 }, (_, n) => house.append(box, n % 3 === 0 ? [{}, {}] : [{}])))
    assert.equal(new Set(firsts).size, 12)
    const rows = await rowsOf(house, box)
    assert.deepEqual(
      rows.map((row) => row.uid),
      Array.from({ length: 16 }, (_, n) => n + 1),
    )
    for (const [n, row] of rows.entries())
      assert.ok(n === 0 || row.modseq >= (rows[n - 1]?.modseq ?? 0), 'modseqs ascend with uids')
    const mailbox = await house.fresh(box)
    assert.deepEqual([mailbox.uidNext, mailbox.highestModseq], [17, 13])
  })

  test('[B40] [trap 9] what two sessions add to a message at once is both there', async (t) => {
    const { house, box } = await start(t)
    await house.append(box, [{}, {}])
    await Promise.all([
      change(house, box, { flags: FLAG_SEEN, keywords: ['one'] }),
      change(house, box, { flags: FLAG_FLAGGED, keywords: ['two'] }),
      change(house, box, { flags: FLAG_ANSWERED, keywords: ['three'] }),
    ])
    for (const row of await rowsOf(house, box))
      assert.deepEqual([row.flags, row.keywords], [FLAG_SEEN | FLAG_FLAGGED | FLAG_ANSWERED, 'one three two'])
  })

  test('[B41] [trap 14] each change has one modseq, greater than all before; what is so already is left alone', async (t) => {
    const { house, box } = await start(t)
    await house.append(box, [{ flags: FLAG_SEEN }, {}, {}])
    const first = await change(house, box, { flags: FLAG_SEEN })
    assert.deepEqual(first, {
      modified: [
        { uid: 2, modseq: 3, flags: FLAG_SEEN, keywords: '' },
        { uid: 3, modseq: 3, flags: FLAG_SEEN, keywords: '' },
      ],
      failed: [],
      modseq: 3,
    })
    house.notify.heard.length = 0
    assert.deepEqual(await change(house, box, { flags: FLAG_SEEN }), { modified: [], failed: [], modseq: 3 })
    assert.deepEqual(house.notify.heard, [])
    assert.equal((await house.fresh(box)).highestModseq, 3)
    assert.deepEqual(
      (await change(house, box, { mode: 'replace', flags: 0, keywords: ['x'] })).modified.map(({ uid }) => uid),
      [1, 2, 3],
    )
    assert.equal((await house.fresh(box)).unseenCount, 3)
  })

  test('[B42] what changed after UNCHANGEDSINCE is left alone and named', async (t) => {
    const { house, box } = await start(t)
    await house.append(box, [{}, {}, {}, {}])
    await change(house, box, { ranges: [{ from: 2, to: 2 }], flags: FLAG_SEEN })
    const stored = await change(house, box, { flags: FLAG_FLAGGED, unchangedSince: 2 })
    assert.deepEqual([stored.modified.map(({ uid }) => uid), stored.failed], [[1, 3, 4], [2]])
    const gaps = [
      { from: 1, to: 2 },
      { from: 4, to: 4 },
    ]
    const again = await change(house, box, { ranges: gaps, flags: FLAG_SEEN, unchangedSince: 3 })
    assert.deepEqual([again.modified, again.failed], [[], [1, 4]])
  })

  test('[B43] [trap 18] a keyword is spelt as first seen, and none in use is dropped to make room', async (t) => {
    const { house, box } = await start(t)
    await house.append(box, [{ keywords: ['Work'] }, {}])
    await change(house, box, { keywords: ['WORK', 'b'] })
    assert.deepEqual(
      (await rowsOf(house, box)).map((row) => row.keywords),
      ['Work b', 'Work b'],
    )
    await change(house, box, { mode: 'remove', keywords: ['work', 'unknown'] })
    const names = Array.from({ length: MAILBOX_KEYWORDS_MAX }, (_, n) => `k${n}`)
    for (let at = 0; at < 960; at += 60) {
      const keywords = names.slice(at, at + 60)
      await change(house, box, { ranges: [{ from: 1, to: 1 }], mode: 'replace', keywords })
    }
    const many = Array.from({ length: 64 }, (_, n) => `new${n}`)
    await change(house, box, { ranges: [{ from: 1, to: 1 }], mode: 'replace', keywords: many })
    assert.deepEqual(
      (await rowsOf(house, box)).map((row) => row.keywords),
      [[...many].sort().join(' '), 'b'],
    )
  })

  test('[B43] more keywords than a message may have are refused whole', async (t) => {
    const { house, box } = await start(t)
    const many = Array.from({ length: MESSAGE_KEYWORDS_MAX }, (_, n) => `k${n}`)
    await house.append(box, [{}, { keywords: many }])
    const wish = { ...where(box), ranges: ALL, mode: 'add' as const, flags: FLAG_SEEN, keywords: ['one-more'] }
    assert.equal(await refusal(storeFlags(house.store, wish)), 'too-many-keywords')
    assert.deepEqual(
      (await rowsOf(house, box)).map((row) => row.flags),
      [0, 0],
    )
    assert.equal(await refusal(storeFlags(house.store, { ...wish, keywords: ['a b'] })), 'bad-keyword')
  })

  test('[B44] sets with gaps, and more messages than one commit takes, change whole', async (t) => {
    const { house, box } = await start(t)
    for (let at = 0; at < STORE_MESSAGES_MAX + 500; at += 500)
      await house.append(
        box,
        Array.from({ length: 500 }, () => ({})),
      )
    const all = await change(house, box, { flags: FLAG_SEEN })
    assert.equal(all.modified.length, STORE_MESSAGES_MAX + 500)
    const odd = Array.from({ length: 300 }, (_, n) => ({ from: 1 + n * 20, to: 2 + n * 20 }))
    const some = await change(house, box, { ranges: odd, mode: 'remove', flags: FLAG_SEEN })
    assert.deepEqual(
      some.modified.map(({ uid }) => uid),
      uidsOf(odd).filter((uid) => uid <= STORE_MESSAGES_MAX + 500),
    )
    assert.equal((await house.fresh(box)).unseenCount, some.modified.length)
  })

  test('[B55] [trap 33] copies come in the order of their sources, with flags, dates and the same content', async (t) => {
    const { house, box } = await start(t)
    const to = await house.create('to')
    await house.append(to, [{ keywords: ['work'] }])
    await house.append(box, [{ flags: FLAG_SEEN, keywords: ['Work'] }, {}, { flags: FLAG_DELETED, zoneMinutes: -60 }])
    const ranges = [
      { from: 3, to: 9 },
      { from: 1, to: 1 },
    ]
    const answer = await value(house.store.call(copyMessagesProcedure, carry(house, box, to, { ranges })))
    assert.deepEqual(answer, { ok: true, value: { uidValidity: to.uidValidity, modseq: 3, sourceUids: [1, 3], firstUid: 2 } })
    const [one, , three] = await rowsOf(house, box)
    const copies = (await rowsOf(house, to)).slice(1)
    assert.deepEqual(
      copies.map((row) => [row.uid, row.flags, row.keywords, row.contentId, row.emailId, row.zoneMinutes, row.savedAtMs]),
      [
        [2, FLAG_SEEN, 'work', one?.contentId, one?.id, 0, 99],
        [3, FLAG_DELETED, '', three?.contentId, three?.id, -60, 99],
      ],
    )
    assert.equal(new Set([one?.id, three?.id, ...copies.map((row) => row.id)]).size, 4, 'unique-ids are never given twice')
    assert.equal((await contentFacts(house.store, one?.contentId ?? ''))?.refs, 2)
    const within = await value(house.store.call(copyMessagesProcedure, carry(house, to, to, { ranges: [{ from: 2, to: 3 }] })))
    assert.deepEqual(within.ok && within.value.sourceUids, [2, 3])
    assert.deepEqual((await rowsOf(house, to)).map((row) => row.emailId).slice(3), [one?.id, three?.id])
    assert.deepEqual((await house.fresh(to)).messageCount, 5)
  })

  test('[B56] [trap 33] a copy or move that cannot be whole changes nothing', async (t) => {
    const { house, box } = await start(t)
    const to = await house.create('to')
    await house.append(box, [{}, {}, {}])
    await value(house.store.call(ageProcedure, { mailboxId: to.id, uidNext: UID_MAX - 1, modseq: 5 }))
    for (const procedure of [copyMessagesProcedure, moveMessagesProcedure]) {
      assert.equal(await refusal(house.store.call(procedure, carry(house, box, to))), 'no-more-uids')
      assert.equal(await refusal(house.store.call(procedure, carry(house, box, { ...to, id: 'nowhere' }))), 'no-mailbox')
    }
    assert.deepEqual([(await rowsOf(house, box)).length, (await rowsOf(house, to)).length], [3, 0])
    const nothing = await value(
      house.store.call(copyMessagesProcedure, carry(house, box, to, { ranges: [{ from: 50, to: 60 }] })),
    )
    assert.deepEqual(nothing, {
      ok: true,
      value: { uidValidity: to.uidValidity, modseq: 5, sourceUids: [], firstUid: UID_MAX - 1 },
    })
  })

  test('[B57] [trap 33] what moves is there and gone here in one commit, keeps its id, and is remembered as gone', async (t) => {
    const { house, box } = await start(t)
    const to = await house.create('to')
    await house.append(box, [{}, { flags: FLAG_SEEN }, {}])
    const before = await rowsOf(house, box)
    const ranges = [{ from: 2, to: 3 }]
    const answer = await value(house.store.call(moveMessagesProcedure, carry(house, box, to, { ranges })))
    const moved = { uidValidity: to.uidValidity, modseq: 2, sourceUids: [2, 3], firstUid: 1, sourceModseq: 3 }
    assert.deepEqual(answer, { ok: true, value: moved })
    assert.deepEqual(
      (await rowsOf(house, to)).map((row) => row.id),
      before.slice(1).map((row) => row.id),
    )
    const changes = await changesSince(house.store, { ...where(box), modseq: 2 })
    assert.deepEqual([changes?.rows, changes?.expunged], [[], ranges])
    const [here, there] = [await house.fresh(box), await house.fresh(to)]
    assert.deepEqual([here.messageCount, here.unseenCount, there.messageCount, there.unseenCount], [1, 1, 2, 1])
    assert.equal((await contentFacts(house.store, before[1]?.contentId ?? ''))?.refs, 1)
  })

  test('[B60] an expunge takes what is flagged deleted in the set, and what is gone stays known', async (t) => {
    const { house, box } = await start(t)
    const flags = [FLAG_DELETED, 0, FLAG_DELETED | FLAG_SEEN, FLAG_DELETED]
    await house.append(
      box,
      flags.map((one) => ({ flags: one })),
    )
    const some = await value(expungeMessages(house.store, { ...where(box), ranges: [{ from: 2, to: 3 }], now: 9 }))
    assert.deepEqual(some, { uids: [3], modseq: 3 })
    const rest = await value(expungeMessages(house.store, { ...where(box), now: 9 }))
    assert.deepEqual(rest, { uids: [1, 4], modseq: 4 })
    assert.deepEqual(await value(expungeMessages(house.store, { ...where(box), now: 9 })), { uids: [], modseq: 4 })
    const since = async (modseq: number) => (await changesSince(house.store, { ...where(box), modseq }))?.expunged
    assert.deepEqual(await since(3), [
      { from: 1, to: 1 },
      { from: 4, to: 4 },
    ])
    assert.deepEqual(await since(2), [
      { from: 1, to: 1 },
      { from: 3, to: 4 },
    ])
    assert.deepEqual(await since(4), [])
    const mailbox = await house.fresh(box)
    assert.deepEqual([mailbox.messageCount, mailbox.deletedCount, mailbox.unseenCount], [1, 0, 1])
  })

  test('[B61] more messages than one commit takes are removed whole', async (t) => {
    const { house, box } = await start(t)
    for (let n = 0; n < 3; n++)
      await house.append(
        box,
        Array.from({ length: 500 }, () => ({ flags: FLAG_DELETED })),
      )
    const gone = await value(expungeMessages(house.store, { ...where(box), now: 9 }))
    assert.ok(EXPUNGE_MESSAGES_MAX < 1500)
    assert.deepEqual([gone.uids.length, gone.uids[0], gone.uids.at(-1)], [1500, 1, 1500])
    assert.deepEqual((await changesSince(house.store, { ...where(box), modseq: 4 }))?.expunged, [{ from: 1, to: 1500 }])
  })

  test('[B62] what was removed long ago is forgotten, and who asks for it is told so', async (t) => {
    const { house, box } = await start(t)
    await house.append(box, [{}, {}, {}])
    const take = (uid: number, now: number) =>
      value(expungeMessages(house.store, { ...where(box), ranges: [{ from: uid, to: uid }], which: 'all', now }))
    await take(1, 1000)
    await take(2, 2000)
    assert.equal((await changesSince(house.store, { ...where(box), modseq: 2 }))?.complete, true)
    await take(3, 1001 + EXPUNGED_KEPT_MS)
    assert.equal((await house.fresh(box)).forgottenModseq, 3)
    const old = await changesSince(house.store, { ...where(box), modseq: 2 })
    assert.deepEqual([old?.complete, old?.expunged], [false, [{ from: 2, to: 3 }]])
    assert.equal((await changesSince(house.store, { ...where(box), modseq: 3 }))?.complete, true)
  })

  test('[B90] [trap 13] uids of 32 bits and modseqs beyond them come back as they are', async (t) => {
    const { house, box } = await start(t)
    const modseq = 2 ** 52
    await value(house.store.call(ageProcedure, { mailboxId: box.id, uidNext: UID_MAX - 2, modseq }))
    assert.equal(await house.append(box, [{}, {}]), UID_MAX - 2)
    const stored = await change(house, box, { ranges: [{ from: UID_MAX - 1, to: UID_MAX }], flags: FLAG_DELETED })
    assert.deepEqual(stored.modified, [{ uid: UID_MAX - 1, modseq: modseq + 2, flags: FLAG_DELETED, keywords: '' }])
    const changes = await changesSince(house.store, { ...where(box), modseq: modseq + 1 })
    assert.deepEqual(changes?.rows, stored.modified)
    const copy = carry(house, box, box, { ranges: [{ from: UID_MAX - 1, to: UID_MAX - 1 }] })
    const answer = await value(house.store.call(copyMessagesProcedure, copy))
    assert.deepEqual(answer.ok && answer.value.firstUid, UID_MAX)
    assert.equal(await refusal(house.store.call(copyMessagesProcedure, { ...copy, id: house.id() })), 'no-more-uids')
    const more = { ...where(box), messages: [house.message()], now: 9 }
    assert.equal(await refusal(house.store.call(appendMessagesProcedure, more)), 'no-more-uids')
    assert.deepEqual(await value(expungeMessages(house.store, { ...where(box), now: 9 })), {
      uids: [UID_MAX - 1, UID_MAX],
      modseq: modseq + 4,
    })
  })

  test('[B91] [trap 34] nothing but flags, keywords and modseq of a message ever changes', async (t) => {
    const { house, box } = await start(t)
    await house.append(box, [{ keywords: ['a'] }])
    const [before] = await rowsOf(house, box)
    await change(house, box, { flags: FLAG_SEEN, keywords: ['b'] })
    const [after] = await rowsOf(house, box)
    assert.deepEqual(after, { ...before, flags: FLAG_SEEN, keywords: 'a b', modseq: 3 })
  })

  test('[B92] each message is recent for one session', async (t) => {
    const { house, box } = await start(t)
    await house.append(box, [{}, {}])
    const takes = await Promise.all([1, 2, 3].map(() => value(house.store.call(takeRecentProcedure, where(box)))))
    assert.deepEqual(takes.map(({ fromUid, toUid }) => toUid - fromUid).sort(), [0, 0, 2])
    await house.append(box, [{}])
    assert.deepEqual(await value(house.store.call(takeRecentProcedure, where(box))), { fromUid: 3, toUid: 4 })
    assert.equal((await house.fresh(box)).recentUid, 4)
  })
})
