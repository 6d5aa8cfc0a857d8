// Flags and keywords of messages change. What is asked for is worked out from what is there within one commit, so that two sessions which
// change the same message at once both have their way.

import { assert } from '../../ground/assert.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { first, notify, procedure, run, type Steps } from '../../store/database/procedure.ts'
import type { Store } from '../../store/store.ts'
import { answered, type MailboxError, type MailboxTrouble } from './errors.ts'
import { deleted, FLAGS_ALL, type FlagState, keywordsIn, keywordsText, unseen } from './flags.ts'
import { knownKeywords, spellKeywords } from './keywords.ts'
import { GAP_UIDS_MAX, MESSAGE_KEYWORDS_MAX, SPANS_MAX, STORE_MESSAGES_MAX } from './limits.ts'
import { byUid, statesIn } from './lines.ts'
import { addTotals, mailboxById, takeModseq } from './mailbox.store.ts'
import { setState, statesInRange } from './messages.store.ts'
import { isIn, restOf, runsOf, type Span, spansOf } from './selection.ts'
import { orderedRanges, type UidRange } from './uids.ts'

export interface StoreFlags {
  readonly org: number
  readonly mailboxId: string
  /** Uids that are not there are passed over. */
  readonly ranges: readonly UidRange[]
  readonly mode: 'add' | 'remove' | 'replace'
  readonly flags: number
  readonly keywords: readonly string[]
  /** RFC 7162 §3.1.3: messages that changed after this modseq are left alone, and named in `failed`. */
  readonly unchangedSince?: number
}

export interface StoredFlags {
  /** Those that are not now what they were; those that have been so already are not among them. Uids ascending. */
  readonly modified: readonly FlagState[]
  /** Ascending. */
  readonly failed: readonly number[]
  /** Of the mailbox afterwards. */
  readonly modseq: number
}

interface StoredPiece extends StoredFlags {
  /** Where to go on; empty at the end. */
  readonly rest: readonly UidRange[]
}

interface InMailbox {
  readonly org: number
  readonly mailboxId: string
}

/** Messages that come from one state to another: between the first and the last of them is nobody else in that state. */
interface Turn {
  readonly before: FlagState
  readonly flags: number
  readonly keywords: string
  readonly messages: readonly FlagState[]
}

/** As many messages as one commit may look at. `ranges` in order and without overlap. */
export function* storeFlagsPiece(args: StoreFlags): Steps<Result<StoredPiece, MailboxError>> {
  const where = { org: args.org, mailboxId: args.mailboxId }
  const mailbox = yield* first(mailboxById, where)
  if (!mailbox || mailbox.selectable === 0) return err('no-mailbox')
  const keywords = yield* wantedKeywords(where, args)
  if (!keywords.ok) return keywords
  const wish = new Wish(args, keywords.value)
  const { spans, rest } = yield* readSpans(where, args.ranges)
  const failed: number[] = []
  const turns: Turn[] = []
  const since = args.unchangedSince ?? Number.MAX_SAFE_INTEGER
  for (const { span, states } of spans) {
    for (const { uid, modseq } of states) if (modseq > since && isIn(span.ranges, uid)) failed.push(uid)
    const unchanged = states.filter(({ modseq }) => modseq <= since)
    for (const messages of alike(span, unchanged)) {
      const before = messages[0] as FlagState
      turns.push({ before, ...wish.of(before), messages })
    }
  }
  if (wish.tooMany) return err('too-many-keywords')
  const real = turns.filter(({ before, flags, keywords }) => flags !== before.flags || keywords !== before.keywords)
  if (real.length === 0) return ok({ modified: [], failed, modseq: mailbox.highestModseq, rest })
  const modseq = yield* apply(where, real, since)
  return ok({ modified: byUid(real.flatMap((turn) => afterwards(turn, modseq))), failed, modseq, rest })
}

export const storeFlagsPieceProcedure = procedure('mailbox.storeFlags', storeFlagsPiece)

function* wantedKeywords(where: InMailbox, { mode, keywords }: StoreFlags): Steps<Result<readonly string[], MailboxError>> {
  return mode === 'remove' ? ok(yield* knownKeywords(where, keywords)) : yield* spellKeywords(where, keywords)
}

function* readSpans(where: InMailbox, ranges: readonly UidRange[]) {
  const read: { readonly span: Span; readonly states: readonly FlagState[] }[] = []
  const rest: UidRange[] = []
  let room = STORE_MESSAGES_MAX
  for (const [n, span] of spansOf(ranges, GAP_UIDS_MAX).entries()) {
    if (room <= 0 || n >= SPANS_MAX) {
      rest.push(...span.ranges)
      continue
    }
    const page = yield* first(statesInRange, { ...where, fromUid: span.from, toUid: span.to, limit: room })
    const states = statesIn(page?.lines ?? null)
    const last = states.length === room ? states.at(-1) : undefined
    if (last) rest.push(...restOf(span, last.uid))
    room -= states.length
    read.push({ span, states })
  }
  return { spans: read, rest }
}

/** One statement for all of a state where a range is meant as a whole; where it has gaps, one for each run. */
function alike(span: Span, states: readonly FlagState[]): readonly (readonly FlagState[])[] {
  if (span.ranges.length > 1) return runsOf(states, span.ranges, sameState)
  return [...Map.groupBy(states, ({ flags, keywords }) => `${flags} ${keywords}`).values()]
}

function sameState(a: FlagState, b: FlagState): boolean {
  return a.flags === b.flags && a.keywords === b.keywords
}

/** What is wanted of a message, by what it is. Messages mostly have one of few sets of keywords. */
class Wish {
  tooMany = false
  readonly #mode: StoreFlags['mode']
  readonly #flags: number
  readonly #keywords: readonly string[]
  readonly #texts = new Map<string, string>()

  constructor({ mode, flags }: StoreFlags, keywords: readonly string[]) {
    this.#mode = mode
    this.#flags = flags & FLAGS_ALL
    this.#keywords = keywords
  }

  of({ flags, keywords }: FlagState): { readonly flags: number; readonly keywords: string } {
    let text = this.#texts.get(keywords)
    if (text === undefined) {
      text = this.#keywordsOf(keywords)
      this.#texts.set(keywords, text)
    }
    return { flags: this.#flagsOf(flags), keywords: text }
  }

  #flagsOf(flags: number): number {
    if (this.#mode === 'replace') return this.#flags
    return this.#mode === 'add' ? flags | this.#flags : flags & ~this.#flags
  }

  #keywordsOf(before: string): string {
    const had = keywordsIn(before)
    const wanted = this.#keywords
    if (this.#mode === 'remove') return had.filter((name) => !wanted.includes(name)).join(' ')
    const names = new Set(this.#mode === 'add' ? [...had, ...wanted] : wanted)
    if (names.size > MESSAGE_KEYWORDS_MAX) this.tooMany = true
    return keywordsText(names)
  }
}

/** Answers the modseq of the change. */
function* apply(where: InMailbox, turns: readonly Turn[], since: number): Steps<number> {
  const taken = yield* first(takeModseq, where)
  assert(taken, 'what was found and locked is there')
  const totals = { messages: 0, sizeBytes: 0, unseen: 0, deleted: 0 }
  for (const { before, flags, keywords, messages } of turns) {
    const [fromUid, toUid] = [before.uid, (messages.at(-1) as FlagState).uid]
    const state = { fromFlags: before.flags, fromKeywords: before.keywords, since, flags, keywords, modseq: taken.modseq }
    const changed = yield* run(setState, { ...where, fromUid, toUid, ...state })
    assert(changed === messages.length, 'a message changes only by who holds the mailbox')
    totals.unseen += messages.length * (unseen(flags) - unseen(before.flags))
    totals.deleted += messages.length * (deleted(flags) - deleted(before.flags))
  }
  if (totals.unseen !== 0 || totals.deleted !== 0) yield* run(addTotals, { ...where, ...totals })
  yield* notify('mailbox', where.mailboxId)
  return taken.modseq
}

function afterwards({ flags, keywords, messages }: Turn, modseq: number): FlagState[] {
  return messages.map(({ uid }) => ({ uid, modseq, flags, keywords }))
}

/** What two sessions add at once is both there. Many messages change in several commits. */
export async function storeFlags(store: Store, args: StoreFlags): Promise<Result<StoredFlags, MailboxTrouble>> {
  const modified: FlagState[] = []
  const failed: number[] = []
  let rest: readonly UidRange[] = orderedRanges(args.ranges)
  for (;;) {
    const answer = answered(await store.call(storeFlagsPieceProcedure, { ...args, ranges: rest }))
    if (!answer.ok) return answer
    for (const state of answer.value.modified) modified.push(state)
    for (const uid of answer.value.failed) failed.push(uid)
    rest = answer.value.rest
    if (rest.length === 0) return ok({ modified, failed, modseq: answer.value.modseq })
  }
}
