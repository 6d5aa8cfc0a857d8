// Mailboxes come, get other names, and go.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { procedure } from '../../store/database/procedure.ts'
import { forEachEngine, type TestEngine } from '../../store/database/testing.ts'
import { clearPerson } from './clear.ts'
import { detachMailboxProcedure } from './delete.ts'
import { CLEAR_MESSAGES_MAX } from './limits.ts'
import {
  canonicalName,
  changesSince,
  clearCondemned,
  createMailboxProcedure,
  deleteMailbox,
  depthOf,
  ensureStandardMailboxesProcedure,
  FLAG_DELETED,
  findMailbox,
  isName,
  listMailboxes,
  moveMessagesProcedure,
  renameMailboxProcedure,
  STANDARD_MAILBOXES,
  setSubscribedProcedure,
  usage,
} from './mailbox.ts'
import { type House, openHouse, PERSON, refusal, value } from './testing.ts'

const clearPersonProcedure = procedure('test.clearPerson', clearPerson)

function remove(house: House, name: string, now = 6_000) {
  return deleteMailbox(house.store, { ...PERSON, name, id: house.id(), now })
}

function rename(house: House, from: string, to: string, now = 6_000) {
  return house.store.call(renameMailboxProcedure, { ...PERSON, from, to, ids: house.ids(depthOf(to)), now })
}

function subscribe(house: House, name: string, subscribed = true) {
  return house.store.call(setSubscribedProcedure, { ...PERSON, name, subscribed })
}

async function must(answer: Promise<{ readonly ok: boolean }>): Promise<void> {
  const inner = (await value(answer as never)) as { readonly ok?: boolean; readonly error?: unknown } | undefined
  assert.notEqual(inner?.ok, false, String(inner?.error))
}

test('[B30] what is a name', () => {
  assert.deepEqual(['inbox', 'InBox/x', 'INBOXES', 'a/inbox', 'a/'].map(canonicalName), [
    'INBOX',
    'INBOX/x',
    'INBOXES',
    'a/inbox',
    'a',
  ])
  assert.deepEqual([depthOf('a'), depthOf('a/b/c/')], [1, 3])
  for (const good of ['a', 'Entwürfe', 'a/b', '&', 'x'.repeat(1000), 'with space', '😀']) assert.ok(isName(good), good)
  for (const bad of ['', '/a', 'a//b', 'a\u0000', 'a\r\n', 'x'.repeat(1001), `${'a/'.repeat(40)}a`, '\ud800'])
    assert.ok(!isName(bad), bad)
})

forEachEngine('folders', ({ open }: TestEngine) => {
  const openIt: TestEngine['open'] = (options) =>
    open({ ...options, procedures: [...options.procedures, clearPersonProcedure] as never })

  test('[B30] [trap 31] creating makes parents too, and all of them are subscribed', async (t) => {
    const house = await openHouse(t, openIt)
    const made = await house.create('a/b/c/')
    assert.deepEqual([made.name, made.subscribed, made.selectable, made.appendable], ['a/b/c', true, true, true])
    assert.deepEqual(await house.names(), ['a', 'a/b', 'a/b/c'])
    assert.ok((await listMailboxes(house.store, PERSON)).every(({ subscribed }) => subscribed))
    const again = { ...PERSON, name: 'a/b', ids: house.ids(2), now: 5 }
    assert.equal(await refusal(house.store.call(createMailboxProcedure, again)), 'already-exists')
    assert.equal(await refusal(house.store.call(createMailboxProcedure, { ...again, name: 'a//b' })), 'bad-name')
  })

  test('[B21] [trap 4] a name that comes again has a greater uidvalidity, whatever the clock says', async (t) => {
    const house = await openHouse(t, openIt)
    const first = await house.create('a', 9_000_000)
    await must(remove(house, 'a'))
    const second = await house.create('a', 1_000)
    assert.ok(second.uidValidity > first.uidValidity)
    assert.notEqual(second.id, first.id)
    assert.equal(await house.append(second, [{}]), 1)
  })

  test('[B21] [trap 4] a rename keeps uids and uidvalidity, unless the name was used with a greater one', async (t) => {
    const house = await openHouse(t, openIt)
    const older = await house.create('older')
    await house.append(older, [{}, {}])
    const newer = await house.create('newer')
    await must(rename(house, 'older', 'moved'))
    const moved = await house.named('moved')
    assert.deepEqual([moved?.id, moved?.uidValidity, moved?.uidNext], [older.id, older.uidValidity, 3])
    await must(remove(house, 'newer'))
    await must(rename(house, 'moved', 'newer'))
    const there = await house.named('newer')
    assert.equal(there?.id, older.id)
    assert.ok((there?.uidValidity ?? 0) > newer.uidValidity)
  })

  test('[B31] [trap 30] a rename takes all below along, makes parents, and refuses what cannot be', async (t) => {
    const house = await openHouse(t, openIt)
    for (const name of ['a/b/c', 'a/bc', 'x']) await house.create(name)
    const deep = await house.named('a/b/c')
    await must(rename(house, 'a/b', 'new/place/b'))
    assert.deepEqual(await house.names(), ['a', 'a/bc', 'new', 'new/place', 'new/place/b', 'new/place/b/c', 'x'])
    assert.equal((await house.named('new/place/b/c'))?.id, deep?.id)
    assert.equal(await refusal(rename(house, 'a', 'x')), 'already-exists')
    assert.equal(await refusal(rename(house, 'a', 'a/bc/d')), 'not-permitted')
    assert.equal(await refusal(rename(house, 'nobody', 'y')), 'no-mailbox')
    assert.equal(await refusal(rename(house, 'a', '/y')), 'bad-name')
    assert.equal(await refusal(rename(house, 'a', 'inbox')), 'was not refused')
  })

  test('[B32] [trap 30] a rename of INBOX moves its mail and leaves it empty, with what stands below it', async (t) => {
    const house = await openHouse(t, openIt)
    const inbox = await house.create('INBOX')
    await house.create('INBOX/below')
    await house.append(inbox, [{ keywords: ['Work'] }, { flags: FLAG_DELETED }, {}])
    const before = await house.fresh(inbox)
    await must(rename(house, 'InBox', 'old/mail'))
    assert.deepEqual(await house.names(), ['INBOX', 'INBOX/below', 'old', 'old/mail'])
    const empty = await house.fresh(inbox)
    assert.deepEqual(
      [empty.messageCount, empty.totalBytes, empty.unseenCount, empty.deletedCount, empty.uidNext, empty.uidValidity],
      [0, 0, 0, 0, 4, before.uidValidity],
    )
    const moved = await house.named('old/mail')
    assert.deepEqual(
      [moved?.messageCount, moved?.totalBytes, moved?.unseenCount, moved?.deletedCount, moved?.uidNext],
      [3, before.totalBytes, 3, 1, 4],
    )
    const changes = await changesSince(house.store, { org: 1, mailboxId: inbox.id, modseq: before.highestModseq })
    assert.deepEqual([changes?.rows, changes?.expunged], [[], [{ from: 1, to: 3 }]])
    assert.equal(await house.append(inbox, [{}]), 4)
    assert.equal(await house.append(moved as never, [{ keywords: ['work'] }]), 4)
  })

  test('[B33] [trap 30] a mailbox with others below it leaves its name when it goes, and may come again', async (t) => {
    const house = await openHouse(t, openIt)
    const first = await house.create('a')
    await house.create('a/b')
    await house.append(first, [{}])
    await must(remove(house, 'a'))
    assert.deepEqual(await house.names(), ['(a)', 'a/b'])
    assert.equal((await usage(house.store, PERSON)).messages, 0)
    assert.equal(await refusal(remove(house, 'a')), 'has-children')
    const again = await house.create('a')
    assert.ok(again.uidValidity > first.uidValidity)
    await must(remove(house, 'a'))
    await must(remove(house, 'a/b'))
    assert.deepEqual(await house.names(), [], 'a name that stood for its children goes with the last of them')
    assert.equal(await refusal(remove(house, 'a')), 'no-mailbox')
    await house.create('INBOX')
    assert.equal(await refusal(remove(house, 'inbox')), 'not-permitted')
  })

  test('[B34] a large mailbox loses its name at once, its messages page by page; nothing comes in meanwhile', async (t) => {
    const house = await openHouse(t, openIt)
    const large = await house.create('large')
    const other = await house.create('other')
    const messages = Array.from({ length: CLEAR_MESSAGES_MAX + 3 }, () => ({}))
    await house.append(large, messages)
    await house.append(other, [{}])
    const args = { ...PERSON, name: 'large', id: house.id(), now: 6_000 }
    await must(house.store.call(detachMailboxProcedure, args))
    assert.deepEqual(await house.names(), ['other'])
    assert.equal((await usage(house.store, PERSON)).messages, 1)
    const move = { org: 1, fromMailboxId: other.id, toMailboxId: large.id, ranges: [{ from: 1, to: 1 }], id: house.id(), now: 9 }
    assert.equal(await refusal(house.store.call(moveMessagesProcedure, move)), 'no-mailbox')
    assert.equal(await changesSince(house.store, { org: 1, mailboxId: large.id, modseq: 1 }), undefined)
    const second = await house.create('large')
    await clearCondemned(house.store)
    assert.equal(await findMailbox(house.store, { org: 1, mailboxId: large.id }), undefined)
    assert.deepEqual(await house.names(), ['large', 'other'])
    await must(remove(house, 'large'))
    assert.notEqual(second.id, large.id)
  })

  test('[B35] a subscription that was asked for outlives its mailbox; one from birth does not', async (t) => {
    const house = await openHouse(t, openIt)
    await house.create('born')
    await house.create('asked')
    await must(subscribe(house, 'asked'))
    await must(remove(house, 'born'))
    await must(remove(house, 'asked'))
    assert.deepEqual(await house.names(), ['(asked)'])
    assert.equal((await house.named('asked'))?.subscribed, true)
    await house.create('asked')
    await must(remove(house, 'asked'))
    await house.create('asked')
    await must(subscribe(house, 'asked', false))
    await must(remove(house, 'asked'))
    assert.deepEqual(await house.names(), [])
    assert.equal(await refusal(subscribe(house, 'nobody')), 'no-mailbox')
    await must(subscribe(house, 'nobody', false))
  })

  test('[B36] the standard mailboxes are there once; one that was deleted does not come back', async (t) => {
    const house = await openHouse(t, openIt)
    const ensure = () =>
      value(house.store.call(ensureStandardMailboxesProcedure, { ...PERSON, ids: house.ids(STANDARD_MAILBOXES.length), now: 9 }))
    await house.create('INBOX')
    assert.equal(await ensure(), 5)
    const all = await listMailboxes(house.store, PERSON)
    assert.deepEqual(
      all.map(({ name, specialUse }) => [name, specialUse]),
      [...STANDARD_MAILBOXES].map((one) => [one.name, one.specialUse]).sort(),
    )
    await must(rename(house, 'Drafts', 'Entwürfe'))
    await must(remove(house, 'Junk'))
    assert.equal(await ensure(), 0)
    assert.equal((await house.named('Entwürfe'))?.specialUse, '\\Drafts')
  })

  test('[B37] all that a person has goes, page by page', async (t) => {
    const house = await openHouse(t, openIt)
    for (const name of ['a', 'b']) await house.append(await house.create(name), [{}, { keywords: ['x'] }])
    let pages = 0
    while (await value(house.store.call(clearPersonProcedure, PERSON))) pages++
    assert.ok(pages > 0)
    assert.deepEqual([await house.names(), (await usage(house.store, PERSON)).messages], [[], 0])
  })
})
