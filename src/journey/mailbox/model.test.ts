// Mailboxes against a model of them: whatever is done in whatever order, what the store says is what the model says, an old view of a
// mailbox comes to the present by what changed since, and the image shared by sessions is never another than the store.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { contentFacts } from '../../store/content/content.ts'
import { forEachEngine, type TestEngine } from '../../store/database/testing.ts'
import {
  changesSince,
  copyMessagesProcedure,
  expungeMessages,
  FLAG_DELETED,
  FLAG_SEEN,
  type FlagState,
  fetchRows,
  keywordsIn,
  type Mailbox,
  type MailboxImage,
  MailboxImages,
  moveMessagesProcedure,
  storeFlags,
  type UidRange,
  usage,
} from './mailbox.ts'
import { HandClock, type House, openHouse, PERSON, SILENT, value } from './testing.ts'
import { UID_MAX } from './uids.ts'

type Command =
  | { readonly type: 'append'; readonly box: number; readonly flags: number; readonly keywords: string[]; readonly count: number }
  | {
      readonly type: 'store'
      readonly box: number
      readonly uids: Uids
      readonly mode: 'add' | 'remove' | 'replace'
      readonly flags: number
      readonly keywords: string[]
      readonly sinceAgo: number | undefined
    }
  | { readonly type: 'copy' | 'move'; readonly box: number; readonly to: number; readonly uids: Uids }
  | { readonly type: 'expunge'; readonly box: number; readonly uids: Uids | undefined; readonly which: 'deleted' | 'all' }

type Uids = readonly (readonly [number, number])[]

const box = fc.nat({ max: 1 })
const uid = fc.integer({ min: 1, max: 24 })
const uids = fc.array(
  fc.oneof(
    uid.map((one) => [one, one] as const),
    fc.tuple(uid, uid),
    fc.tuple(uid, fc.constant(UID_MAX)),
  ),
  {
    minLength: 1,
    maxLength: 4,
  },
)
const flags = fc.nat({ max: 31 })
const keywords = fc.array(fc.constantFrom('$Forwarded', 'work', 'Work', '$label1', 'z;,'), { maxLength: 3 })

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('append' as const), box, flags, keywords, count: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('store' as const),
      box,
      uids,
      mode: fc.constantFrom('add', 'remove', 'replace'),
      flags,
      keywords,
      sinceAgo: fc.option(fc.nat({ max: 4 }), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('copy' as const, 'move' as const), box, to: box, uids }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('expunge' as const),
      box,
      uids: fc.option(uids, { nil: undefined }),
      which: fc.constantFrom('deleted', 'all'),
    }),
  },
)

interface ModelMessage {
  flags: number
  keywords: Set<string>
  modseq: number
  readonly sizeBytes: number
  readonly contentId: string
}

class ModelMailbox {
  readonly messages = new Map<number, ModelMessage>()
  readonly spellings = new Map<string, string>()
  uidNext = 1
  modseq = 1

  spell(names: readonly string[]): string[] {
    return names.map((name) => {
      const known = this.spellings.get(name.toLowerCase())
      if (known === undefined) this.spellings.set(name.toLowerCase(), name)
      return known ?? name
    })
  }

  chosen(ranges: readonly UidRange[]): number[] {
    return [...this.messages.keys()]
      .filter((one) => ranges.some(({ from, to }) => one >= from && one <= to))
      .sort((a, b) => a - b)
  }
}

function rangesFrom(list: Uids): UidRange[] {
  return list.map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }))
}

/** What somebody knew of a mailbox at a modseq. */
interface View {
  readonly modseq: number
  readonly states: ReadonlyMap<number, string>
}

function stateText(one: { readonly flags: number; readonly keywords: Iterable<string>; readonly modseq: number }): string {
  return `${one.flags} ${[...one.keywords].sort().join(' ')} @${one.modseq}`
}

class World {
  readonly house: House
  readonly boxes: readonly Mailbox[]
  readonly models = [new ModelMailbox(), new ModelMailbox()]
  readonly images: MailboxImage[] = []
  readonly views: View[][] = [[], []]
  /** What sessions that only listen to images know. */
  readonly told: Set<number>[] = [new Set(), new Set()]

  /** What the person held already. */
  readonly #before: { readonly messages: number; readonly sizeBytes: number }

  constructor(house: House, boxes: readonly Mailbox[], before: { readonly messages: number; readonly sizeBytes: number }) {
    this.house = house
    this.boxes = boxes
    this.#before = before
  }

  listen(image: MailboxImage, n: number): void {
    this.images.push(image)
    const told = this.told[n] as Set<number>
    image.subscribe((change) => {
      assert.equal(change.type, 'changed')
      if (change.type !== 'changed') return
      for (const gone of change.expunged) assert.ok(told.delete(gone), 'what is said to be gone was there')
      for (const one of change.flagged) assert.ok(told.has(one), 'what changed was there')
      for (const one of image.uids.subarray(image.count - change.added, image.count)) told.add(one)
    })
  }

  at(n: number): { readonly store: House['store']; readonly id: string; readonly model: ModelMailbox } {
    return { store: this.house.store, id: (this.boxes[n] as Mailbox).id, model: this.models[n] as ModelMailbox }
  }

  async run(command: Command): Promise<void> {
    if (command.type === 'append') return await this.#append(command)
    if (command.type === 'store') return await this.#store(command)
    if (command.type === 'expunge') return await this.#expunge(command)
    return await this.#carry(command)
  }

  async #append({ box: n, flags, keywords, count }: Extract<Command, { type: 'append' }>): Promise<void> {
    const { id, model } = this.at(n)
    const contents = Array.from({ length: count }, () => this.house.content())
    const firstUid = await this.house.append(
      { id },
      contents.map((content) => ({ flags, keywords, content })),
    )
    assert.equal(firstUid, model.uidNext)
    model.modseq++
    const spelt = model.spell(keywords)
    for (const content of contents) {
      const { sizeBytes, id: contentId } = content
      model.messages.set(model.uidNext++, { flags, keywords: new Set(spelt), modseq: model.modseq, sizeBytes, contentId })
    }
  }

  async #store({ box: n, mode, flags, keywords, sinceAgo, ...args }: Extract<Command, { type: 'store' }>): Promise<void> {
    const { store, id, model } = this.at(n)
    const ranges = rangesFrom(args.uids)
    const since = sinceAgo === undefined ? {} : { unchangedSince: Math.max(0, model.modseq - sinceAgo) }
    const stored = await value(storeFlags(store, { org: 1, mailboxId: id, ranges, mode, flags, keywords, ...since }))
    const spelt =
      mode === 'remove' ? keywords.map((name) => model.spellings.get(name.toLowerCase()) ?? name) : model.spell(keywords)
    const modified: number[] = []
    const failed: number[] = []
    for (const one of model.chosen(ranges)) {
      const message = model.messages.get(one) as ModelMessage
      if (since.unchangedSince !== undefined && message.modseq > since.unchangedSince) {
        failed.push(one)
        continue
      }
      const before = stateText(message)
      if (mode === 'replace') message.flags = flags
      else message.flags = mode === 'add' ? message.flags | flags : message.flags & ~flags
      if (mode === 'replace') message.keywords = new Set(spelt)
      else for (const name of spelt) mode === 'add' ? message.keywords.add(name) : message.keywords.delete(name)
      if (stateText(message) !== before) modified.push(one)
    }
    if (modified.length > 0) model.modseq++
    for (const one of modified) (model.messages.get(one) as ModelMessage).modseq = model.modseq
    assert.deepEqual(stored.failed, failed)
    assert.deepEqual(
      stored.modified.map((state) => state.uid),
      modified,
    )
    for (const state of stored.modified) assert.equal(textOf(state), stateText(model.messages.get(state.uid) as ModelMessage))
    assert.equal(stored.modseq, model.modseq)
  }

  async #expunge({ box: n, which, ...args }: Extract<Command, { type: 'expunge' }>): Promise<void> {
    const { store, id, model } = this.at(n)
    const ranges = args.uids && rangesFrom(args.uids)
    const expunged = await value(
      expungeMessages(store, { org: 1, mailboxId: id, which, now: 9, ...(ranges === undefined ? {} : { ranges }) }),
    )
    const gone = model
      .chosen(ranges ?? [{ from: 1, to: UID_MAX }])
      .filter((one) => which === 'all' || ((model.messages.get(one) as ModelMessage).flags & FLAG_DELETED) !== 0)
    for (const one of gone) model.messages.delete(one)
    if (gone.length > 0) model.modseq++
    assert.deepEqual([expunged.uids, expunged.modseq], [gone, model.modseq])
  }

  async #carry({ type, box: n, to, ...args }: Extract<Command, { type: 'copy' | 'move' }>): Promise<void> {
    const { store, id, model } = this.at(n)
    const target = this.at(to)
    const procedure = type === 'copy' ? copyMessagesProcedure : moveMessagesProcedure
    const call = { org: 1, fromMailboxId: id, toMailboxId: target.id, ranges: rangesFrom(args.uids), id: this.house.id(), now: 9 }
    const answer = await value(store.call(procedure, call))
    assert.ok(answer.ok)
    const chosen = model.chosen(call.ranges)
    assert.deepEqual([answer.value.sourceUids, answer.value.firstUid], [chosen, target.model.uidNext])
    if (chosen.length > 0) target.model.modseq++
    for (const one of chosen) {
      const message = model.messages.get(one) as ModelMessage
      const spelt = new Set(target.model.spell([...message.keywords].sort()))
      target.model.messages.set(target.model.uidNext++, { ...message, keywords: spelt, modseq: target.model.modseq })
    }
    if (type === 'copy') return
    for (const one of chosen) model.messages.delete(one)
    if (chosen.length > 0) model.modseq++
  }

  async check(): Promise<void> {
    for (const n of [0, 1]) await this.#checkBox(n)
    const { sizeBytes, messages } = await usage(this.house.store, PERSON)
    const all = this.models.flatMap((model) => [...model.messages.values()])
    const { messages: before, sizeBytes: bytesBefore } = this.#before
    const bytes = all.reduce((sum, one) => sum + one.sizeBytes, 0)
    assert.deepEqual([messages - before, sizeBytes - bytesBefore], [all.length, bytes])
  }

  async #checkBox(n: number): Promise<void> {
    const { store, id, model } = this.at(n)
    const mailbox = await this.house.fresh({ id })
    const list = [...model.messages.values()]
    assert.deepEqual(
      [mailbox.uidNext, mailbox.highestModseq, mailbox.messageCount, mailbox.unseenCount, mailbox.deletedCount],
      [
        model.uidNext,
        model.modseq,
        list.length,
        list.filter((one) => (one.flags & FLAG_SEEN) === 0).length,
        list.filter((one) => (one.flags & FLAG_DELETED) !== 0).length,
      ],
    )
    const now = new Map([...model.messages].map(([key, one]) => [key, stateText(one)]))
    const rows = await fetchRows(store, { org: 1, mailboxId: id, fromUid: 1, toUid: UID_MAX, limit: 1000 }, { withIndex: false })
    assert.deepEqual(new Map(rows.map((row) => [row.uid, textOf(row)])), now)
    assert.equal(new Set(rows.map((row) => row.id)).size, rows.length, 'ids are unlike each other')
    for (const view of this.views[n] as View[]) await this.#bringUp(n, view, now)
    ;(this.views[n] as View[]).push({ modseq: model.modseq, states: now })
    await this.#checkImage(n, now)
  }

  /** [B71] */
  async #bringUp(n: number, view: View, now: ReadonlyMap<number, string>): Promise<void> {
    const { store, id } = this.at(n)
    const changes = await changesSince(store, { org: 1, mailboxId: id, modseq: view.modseq })
    assert.ok(changes?.complete)
    const states = new Map(view.states)
    for (const row of changes.rows) states.set(row.uid, textOf(row))
    for (const key of [...states.keys()])
      if (changes.expunged.some(({ from, to }) => key >= from && key <= to)) states.delete(key)
    assert.deepEqual(states, now)
  }

  async #checkImage(n: number, now: ReadonlyMap<number, string>): Promise<void> {
    const image = this.images[n] as MailboxImage
    await image.refresh()
    const seen = new Map<number, string>()
    for (let at = 0; at < image.count; at++) {
      const state = { flags: image.flagsAt(at), keywords: keywordsIn(image.keywordsAt(at)), modseq: image.modseqAt(at) }
      seen.set(image.uids[at] as number, stateText(state))
    }
    assert.deepEqual(seen, now)
    assert.deepEqual(
      [...(this.told[n] as Set<number>)].sort((a, b) => a - b),
      [...now.keys()],
    )
  }

  /** Each content has as many holders as there are messages with it, and is gone with the last. */
  async checkContents(known: ReadonlySet<string>): Promise<void> {
    const all = this.models.flatMap((model) => [...model.messages.values()].map((one) => one.contentId))
    for (const contentId of known) {
      const holders = all.filter((one) => one === contentId).length
      assert.equal((await contentFacts(this.house.store, contentId))?.refs ?? 0, holders)
    }
  }
}

function textOf(state: FlagState): string {
  return stateText({ ...state, keywords: keywordsIn(state.keywords) })
}

forEachEngine('mailbox model', ({ engine, open }: TestEngine) => {
  test('[B70] [B71] [B80] whatever is done, store, model, old views and images agree', async (t) => {
    const house = await openHouse(t, open)
    let round = 0
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 24 }), async (commands) => {
        round++
        const boxes = [await house.create(`A${round}`), await house.create(`B${round}`)]
        const { store, notify } = house
        const images = new MailboxImages({ store, notify: notify as never, clock: new HandClock(), log: SILENT })
        const world = new World(house, boxes, await usage(store, PERSON))
        for (const [n, { id }] of boxes.entries()) {
          const image = await images.open({ org: 1, mailboxId: id })
          assert.ok(image)
          world.listen(image, n)
        }
        const known = new Set<string>()
        for (const one of commands) {
          await world.run(one)
          await world.check()
          for (const model of world.models) for (const { contentId } of model.messages.values()) known.add(contentId)
        }
        await world.checkContents(known)
        images.close()
        for (const { id } of boxes) await value(expungeMessages(store, { org: 1, mailboxId: id, which: 'all', now: 9 }))
      }),
      { numRuns: engine === 'sqlite' ? 60 : 12 },
    )
  })
})
