// Which messages a search finds. Its keys are asked in the order of what they cost: first what the mailbox's image knows, then the rows of
// the messages that are still open, then their indexes, and only for what then is left their contents, one after another.

import type { SearchKey } from '../../../mail/protocol/imap/imap.ts'
import { ContentMissing } from '../../../store/content/content.ts'
import { FACTS_PAGE_SHARE_MIN } from './limits.ts'
import { pages } from './pages.ts'
import type { Column } from './search-columns.ts'
import { type Batch, type FactsGround, type FactsPage, type MessageFacts, NO_SLOT } from './search-facts.ts'
import { answerFromImage, imageIndexes } from './search-image.ts'
import { judgeMessage } from './search-message.ts'
import { columnOf, combine, type Leaf, NO, PLACE, type Plan, planSearch, UNKNOWN, type Verdict, YES } from './search-plan.ts'
import type { PositionRange } from './view.ts'

export interface SearchGround extends FactsGround {
  readonly facts: MessageFacts
  readonly nowMs: number
  /** To be awaited now and then: other sessions have their turn. False: nobody waits for the answer any more. */
  pause(): Promise<boolean>
}

/** Uids of messages the session was told of, ascending. `bad-set`: a message number that no message has. `gone`: nobody waits any more. */
export async function search(ground: SearchGround, key: SearchKey): Promise<number[] | 'bad-set' | 'gone'> {
  const { view } = ground
  const plan = planSearch(key, { view, nowMs: ground.nowMs })
  if (plan === 'bad-set') return 'bad-set'
  const uids: number[] = []
  for (const batch of ground.facts.of(view.image).batches(view)) {
    const verdicts = await new JudgedBatch(ground, plan, batch).judge()
    if (verdicts === 'gone' || !(await ground.pause())) return 'gone'
    for (let i = 0; i < verdicts.length; i++) if (verdicts[i] === YES) uids.push(view.uidAt(batch.from + i))
  }
  return uids
}

class JudgedBatch {
  readonly #ground: SearchGround
  readonly #plan: Plan
  readonly #batch: Batch
  readonly #count: number
  /** By leaf. */
  readonly #answers: Uint8Array[]
  readonly #indexes: Int32Array
  #verdicts: Uint8Array

  constructor(ground: SearchGround, plan: Plan, batch: Batch) {
    this.#ground = ground
    this.#plan = plan
    this.#batch = batch
    this.#count = batch.to - batch.from
    this.#indexes = imageIndexes(ground.view, batch.from, batch.to)
    this.#answers = plan.leaves.map((leaf) => answerFromImage(ground.view, leaf.question, batch.from, this.#indexes))
    this.#verdicts = this.#combined()
  }

  async judge(): Promise<Uint8Array | 'gone'> {
    for (const place of [PLACE.row, PLACE.index]) {
      const open = this.#open()
      const leaves = this.#plan.leaves.filter((leaf) => leaf.place === place)
      if (open === 0 || leaves.length === 0) continue
      const columns = leaves.flatMap(({ question }) => columnOf(question) ?? [])
      if (!(await this.#load(columns, open))) continue
      for (const leaf of leaves) this.#answerFromPage(leaf)
      this.#verdicts = this.#combined()
    }
    if (this.#open() === 0) return this.#verdicts
    return (await this.#judgeRest()) ? this.#verdicts : 'gone'
  }

  #combined(): Uint8Array {
    const verdicts = combine(this.#plan.root, this.#answers, this.#count).slice()
    const { page, slots } = this.#batch
    // What is gone is not found, whatever was asked.
    for (let i = 0; i < verdicts.length; i++) {
      const slot = slots[i] ?? NO_SLOT
      if (this.#indexes[i] === -1 || slot === NO_SLOT || page.isGone(slot)) verdicts[i] = NO
    }
    return verdicts
  }

  #open(): number {
    let open = 0
    for (const verdict of this.#verdicts) if (verdict === UNKNOWN) open++
    return open
  }

  /** False: for so few it is not worth it. */
  async #load(columns: readonly Column[], open: number): Promise<boolean> {
    const { page } = this.#batch
    const { facts, view } = this.#ground
    if (columns.every((column) => page.has(column))) return true
    if (open < page.uids.length * FACTS_PAGE_SHARE_MIN) return false
    await facts.of(view.image).load(this.#ground, page, columns)
    return true
  }

  #answerFromPage({ question, number }: Leaf): void {
    const { page, slots } = this.#batch
    const answers = new Uint8Array(page.uids.length)
    if (question.type === 'number') {
      const values = page.numbers(question.column)
      for (let i = 0; i < answers.length; i++) {
        const value = values[i] ?? Number.NaN
        if (value >= question.from && value <= question.to) answers[i] = YES
      }
    } else if (question.type === 'id') {
      const texts = page.texts(question.column)
      texts.each(question.id, (i) => {
        if (texts.at(i) === question.id) answers[i] = YES
      })
    } else if (question.type === 'field') answerFieldFromPage(page, question, answers)
    this.#answers[number] = slots.length === answers.length ? answers : Uint8Array.from(slots, (slot) => answers[slot] ?? NO)
  }

  /** Message by message. */
  async #judgeRest(): Promise<boolean> {
    const { from } = this.#batch
    const { store, view } = this.#ground
    for await (const page of pages(store, view, this.#openPositions(), { withIndex: true })) {
      for (const { position, row } of page) {
        const verdict = row === undefined ? NO : await this.#judgeOne(position - from, row)
        if (verdict === 'gone' || !(await this.#ground.pause())) return false
        this.#verdicts[position - from] = verdict
      }
    }
    return true
  }

  async #judgeOne(i: number, row: Parameters<typeof judgeMessage>[2]): Promise<Verdict | 'gone'> {
    try {
      return await judgeMessage(this.#ground, this.#plan, row, ({ number }) => (this.#answers[number]?.[i] ?? NO) as Verdict)
    } catch (error) {
      if (error instanceof ContentMissing) return NO
      throw error
    }
  }

  #openPositions(): readonly PositionRange[] {
    const { from } = this.#batch
    const ranges: { from: number; to: number }[] = []
    for (let i = 0; i < this.#count; i++) {
      if (this.#verdicts[i] !== UNKNOWN) continue
      const last = ranges.at(-1)
      if (last?.to === from + i - 1) last.to = from + i
      else ranges.push({ from: from + i, to: from + i })
    }
    return ranges
  }
}

type FieldQuestion = Extract<Leaf['question'], { type: 'field' }>

function answerFieldFromPage(page: FactsPage, { column, needle }: FieldQuestion, answers: Uint8Array): void {
  const texts = page.texts(column)
  if (needle !== '') {
    texts.each(needle, (i) => {
      answers[i] = YES
    })
    return
  }
  // The index does not tell an empty field from none: the header does.
  for (let i = 0; i < answers.length; i++) answers[i] = texts.isEmpty(i) ? UNKNOWN : YES
}
