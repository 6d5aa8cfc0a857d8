// The image of a mailbox: shared by the sessions of a thread, never another than the store.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachEngine, type TestEngine } from '../../store/database/testing.ts'
import type { Store } from '../../store/store.ts'
import { EXPUNGED_KEPT_MS, IMAGE_KEPT_MS, IMAGE_LOOK_MS, IMAGE_PAGE_ROWS, IMAGES_IDLE_MAX } from './limits.ts'
import {
  deleteMailbox,
  expungeMessages,
  FLAG_DELETED,
  FLAG_FLAGGED,
  FLAG_SEEN,
  type ImageChange,
  type Mailbox,
  type MailboxImage,
  MailboxImages,
  storeFlags,
} from './mailbox.ts'
import { MessageColumns } from './message-columns.ts'
import { HandClock, type House, openHouse, PERSON, SILENT, value } from './testing.ts'
import { UID_MAX } from './uids.ts'

test('[B81] [B90] columns hold uids of 32 bits and modseqs beyond them, and grow', () => {
  const columns = new MessageColumns(0)
  for (let n = 0; n < 100; n++) columns.add(UID_MAX - 200 + n * 2, 2 ** 52 + n, n % 32, n % 10 === 0 ? 'k' : '')
  assert.deepEqual([columns.count, columns.lastUid, columns.indexOf(UID_MAX - 198)], [100, UID_MAX - 2, 1])
  assert.deepEqual([columns.modseqAt(99), columns.flagsAt(31), columns.keywordsAt(10)], [2 ** 52 + 99, 31, 'k'])
  const { left, uids } = columns.without([
    { from: 1, to: UID_MAX - 199 },
    { from: UID_MAX - 4, to: UID_MAX },
  ])
  assert.deepEqual(uids, [UID_MAX - 200, UID_MAX - 4, UID_MAX - 2])
  assert.deepEqual([left.count, left.indexOf(UID_MAX - 198), left.keywordsAt(9), columns.count], [97, 0, 'k', 100])
  assert.equal(columns.without([{ from: 5, to: 9 }]).left, columns)
})

forEachEngine('image', ({ open }: TestEngine) => {
  interface Started {
    readonly house: House
    readonly box: Mailbox
    readonly clock: HandClock
    readonly images: MailboxImages
    /** Reads of the store. */
    reads(): number
    /** Something happens between the next page that an image reads and what it does with it. */
    afterNextPage(work: () => Promise<unknown>): void
    openBox(): Promise<MailboxImage>
  }

  async function start(t: Parameters<typeof openHouse>[0]): Promise<Started> {
    const house = await openHouse(t, open)
    const box = await house.create('box')
    const clock = new HandClock()
    let reads = 0
    let afterPage: (() => Promise<unknown>) | undefined
    const store: Store = {
      ...house.store,
      first: async (statement, args) => {
        reads++
        const row = await house.store.first(statement, args)
        if (statement.name !== 'mailbox.statesInRange') return row
        const meanwhile = afterPage
        afterPage = undefined
        await meanwhile?.()
        return row
      },
    }
    const images = new MailboxImages({ store, notify: house.notify as never, clock, log: SILENT })
    t.after(() => images.close())
    const openBox = async () => {
      const image = await images.open({ org: 1, mailboxId: box.id })
      assert.ok(image)
      return image
    }
    const afterNextPage = (work: () => Promise<unknown>): void => {
      afterPage = work
    }
    return { house, box, clock, images, reads: () => reads, afterNextPage, openBox }
  }

  const uidsIn = (image: MailboxImage) => [...image.uids.subarray(0, image.count)]
  const settled = async (image: MailboxImage) => await image.refresh()
  const flag = (house: House, box: Mailbox, uid: number, flags: number, keywords: string[] = []) =>
    value(storeFlags(house.store, { org: 1, mailboxId: box.id, ranges: [{ from: uid, to: uid }], mode: 'add', flags, keywords }))
  const expunge = (house: House, box: Mailbox, from: number, to = from, now = 9) =>
    value(expungeMessages(house.store, { org: 1, mailboxId: box.id, ranges: [{ from, to }], which: 'all', now }))

  test('[B80] an image is loaded page by page and says what is there', async (t) => {
    const { house, box, openBox } = await start(t)
    for (let at = 0; at < IMAGE_PAGE_ROWS; at += 1000)
      await house.append(
        box,
        Array.from({ length: 1000 }, () => ({})),
      )
    await house.append(box, [{ flags: FLAG_SEEN, keywords: ['b', 'a'] }])
    const image = await openBox()
    const mailbox = await house.fresh(box)
    assert.deepEqual(
      [image.count, image.uidNext, image.highestModseq],
      [IMAGE_PAGE_ROWS + 1, IMAGE_PAGE_ROWS + 2, mailbox.highestModseq],
    )
    const last = image.indexOf(IMAGE_PAGE_ROWS + 1)
    assert.deepEqual([last, image.flagsAt(last), image.keywordsAt(last), image.modseqAt(last)], [5000, FLAG_SEEN, 'a b', 7])
    assert.deepEqual([image.keywords(), image.indexOf(9999), image.flagsAt(0)], [['a', 'b'], -1, 0])
  })

  test('[B80] what happens while an image is loaded is in it', async (t) => {
    const { house, box, afterNextPage, openBox } = await start(t)
    await house.append(box, [{}, {}, {}])
    afterNextPage(async () => {
      await expunge(house, box, 2)
      await flag(house, box, 3, FLAG_SEEN)
      await house.append(box, [{}])
    })
    const image = await openBox()
    assert.deepEqual([uidsIn(image), image.flagsAt(1), image.uidNext], [[1, 3, 4], FLAG_SEEN, 5])
    assert.equal(image.highestModseq, (await house.fresh(box)).highestModseq)
  })

  test('[B81] an array of uids that somebody holds never changes below the count they know', async (t) => {
    const { house, box, openBox } = await start(t)
    await house.append(box, [{}, {}, {}])
    const image = await openBox()
    const view = { uids: image.uids, count: image.count }
    await house.append(box, [{}])
    await settled(image)
    assert.deepEqual([image.uids === view.uids, image.count], [true, 4])
    await expunge(house, box, 2)
    await house.append(
      box,
      Array.from({ length: 40 }, () => ({})),
    )
    await settled(image)
    assert.deepEqual([...view.uids.subarray(0, view.count)], [1, 2, 3])
    assert.deepEqual(uidsIn(image).slice(0, 4), [1, 3, 4, 5])
  })

  test('[B82] listeners are told what came, changed and went, once', async (t) => {
    const { house, box, openBox } = await start(t)
    await house.append(box, [{}, {}, {}])
    const image = await openBox()
    const told: ImageChange[] = []
    const unsubscribe = image.subscribe((change) => told.push(change))
    await flag(house, box, 1, FLAG_SEEN)
    await flag(house, box, 3, FLAG_FLAGGED, ['x'])
    await expunge(house, box, 3)
    await house.append(box, [{}, {}])
    await expunge(house, box, 5)
    await settled(image)
    const sum = { added: 0, flagged: new Set<number>(), expunged: new Set<number>() }
    for (const change of told) {
      assert.equal(change.type, 'changed')
      if (change.type !== 'changed') continue
      sum.added += change.added - change.expunged.filter((uid) => uid > 3).length
      for (const uid of change.flagged) sum.flagged.add(uid)
      for (const uid of change.expunged) sum.expunged.add(uid)
    }
    assert.deepEqual([sum.added, sum.flagged.has(1), sum.expunged.has(3), uidsIn(image)], [1, true, true, [1, 2, 4]])
    const before = told.length
    await settled(image)
    unsubscribe()
    await flag(house, box, 2, FLAG_SEEN)
    await settled(image)
    assert.equal(told.length, before)
  })

  test('[B83] a session that waits is told by the hint of the commit; where that is lost, by the look now and then', async (t) => {
    const { house, box, clock, openBox } = await start(t)
    const image = await openBox()
    const heard = new Promise<ImageChange>((resolve) => image.subscribe(resolve))
    await house.append(box, [{}])
    assert.deepEqual(await heard, { type: 'changed', added: 1, flagged: [], expunged: [] })
    const publish = house.notify.publish
    house.notify.publish = () => undefined
    const looked = new Promise<ImageChange>((resolve) => image.subscribe(resolve))
    await flag(house, box, 1, FLAG_SEEN)
    house.notify.publish = publish
    clock.advance(IMAGE_LOOK_MS)
    assert.deepEqual(await looked, { type: 'changed', added: 0, flagged: [1], expunged: [] })
  })

  test('[B84] sessions share an image; it stays a while after the last, and is up to date when it is opened again', async (t) => {
    const { house, box, clock, images, reads, openBox } = await start(t)
    await house.append(box, [{}])
    const [one, two] = await Promise.all([openBox(), openBox()])
    assert.equal(one, two)
    images.release(one)
    images.release(two)
    await house.append(box, [{}])
    clock.advance(IMAGE_KEPT_MS - 1)
    const again = await openBox()
    assert.deepEqual([again === one, again.count], [true, 2])
    images.release(again)
    clock.advance(IMAGE_KEPT_MS)
    const before = reads()
    const later = await openBox()
    assert.deepEqual([later === one, later.count], [false, 2])
    assert.ok(reads() > before)
    images.release(later)
    for (let n = 0; n < IMAGES_IDLE_MAX; n++) {
      const image = await images.open({ org: 1, mailboxId: (await house.create(`n${n}`)).id })
      assert.ok(image)
      images.release(image)
    }
    assert.notEqual(await openBox(), later, 'the one that was idle longest went')
  })

  test('[B85] a mailbox that is deleted is told as gone, and cannot be opened any more', async (t) => {
    const { house, box, images, openBox } = await start(t)
    const image = await openBox()
    const gone = new Promise<ImageChange>((resolve) => image.subscribe(resolve))
    await value(deleteMailbox(house.store, { ...PERSON, name: 'box', id: house.id(), now: 9 }))
    assert.deepEqual(await gone, { type: 'gone' })
    assert.equal(image.gone, true)
    await settled(image)
    images.release(image)
    assert.equal(await images.open({ org: 1, mailboxId: box.id }), undefined)
    assert.equal(await images.open({ org: 1, mailboxId: 'nowhere' }), undefined)
  })

  test('[B86] an image older than the history is read anew, and tells what that changed', async (t) => {
    const { house, box, openBox } = await start(t)
    await house.append(box, [{}, {}, {}, {}])
    const image = await openBox()
    const publish = house.notify.publish
    house.notify.publish = () => undefined
    await expunge(house, box, 1, 1, 1000)
    await expunge(house, box, 2, 2, 2000 + EXPUNGED_KEPT_MS)
    await flag(house, box, 3, FLAG_DELETED)
    await house.append(box, [{}])
    house.notify.publish = publish
    assert.equal((await image.expungedSince(2)).complete, false)
    const told: ImageChange[] = []
    image.subscribe((change) => told.push(change))
    await settled(image)
    assert.deepEqual(told, [{ type: 'changed', added: 1, flagged: [3], expunged: [1, 2] }])
    assert.deepEqual(uidsIn(image), [3, 4, 5])
    assert.deepEqual(await image.expungedSince(3), { ranges: [{ from: 2, to: 2 }], complete: true })
  })

  test('[B87] who asks while one look is under way gets the next one, and all of them share it', async (t) => {
    const { house, box, openBox } = await start(t)
    const image = await openBox()
    const publish = house.notify.publish
    house.notify.publish = () => undefined
    const under = image.refresh()
    await house.append(box, [{}])
    house.notify.publish = publish
    const [one, two] = [image.refresh(), image.refresh()]
    await Promise.all([under, one, two])
    assert.equal(image.count, 1)
  })
})
