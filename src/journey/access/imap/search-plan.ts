// A search before it begins: its keys as questions, each with the place where it is answered, and how their answers come together.

import type { CalendarDay, SearchKey } from '../../../mail/protocol/imap/imap.ts'
import type { NumberColumn, TextColumn } from './search-columns.ts'
import { comparable } from './search-text.ts'
import type { PositionRange, View } from './view.ts'

/**
 * Where an answer is found, the cheapest first: in the mailbox's image; in the row of the message; in its index; in its header; in its
 * body. An index of words, when there is one, is a place of its own before the body: it can say no for certain, and the rest is the body's.
 */
export const PLACE = { image: 0, row: 1, index: 2, header: 3, body: 4 } as const
export type Place = (typeof PLACE)[keyof typeof PLACE]

/** Ordered, so that `and` is the least of its parts, `or` the greatest, and `not` the distance to yes. */
export const NO = 0
export const UNKNOWN = 1
export const YES = 2
export type Verdict = typeof NO | typeof UNKNOWN | typeof YES

export type Question =
  | { readonly type: 'all' }
  | { readonly type: 'positions'; readonly positions: readonly PositionRange[] }
  /** All bits but `recent` are the image's. */
  | { readonly type: 'flag'; readonly bit: number; readonly present: boolean }
  /** Lower case. */
  | { readonly type: 'keyword'; readonly keyword: string; readonly present: boolean }
  | { readonly type: 'modseq'; readonly modseq: number }
  /** Both ends belong to it. What has no such number is in no range. */
  | { readonly type: 'number'; readonly column: NumberColumn; readonly from: number; readonly to: number }
  | { readonly type: 'id'; readonly column: 'emailId' | 'threadId'; readonly id: string }
  /** Part of a field that the index tells of. Empty: whether there is such a field. */
  | { readonly type: 'field'; readonly column: TextColumn; readonly name: string; readonly needle: string }
  | { readonly type: 'header'; readonly name: string; readonly needle: string }
  | { readonly type: 'body'; readonly needle: string }
  /** Header or body. */
  | { readonly type: 'text'; readonly needle: string }

export interface Leaf {
  readonly type: 'leaf'
  /** Its place in `Plan.leaves`. */
  readonly number: number
  readonly place: Place
  readonly question: Question
}

export type PlanNode =
  | Leaf
  | { readonly type: 'and' | 'or'; readonly nodes: readonly PlanNode[] }
  | { readonly type: 'not'; readonly node: PlanNode }

export interface Plan {
  readonly root: PlanNode
  readonly leaves: readonly Leaf[]
}

/** `bad-set`: a message number that no message has. */
export function planSearch(key: SearchKey, { view, nowMs }: { readonly view: View; readonly nowMs: number }): Plan | 'bad-set' {
  const planner = new Planner(view, nowMs)
  const root = planner.node(key)
  return planner.badSet ? 'bad-set' : { root, leaves: planner.leaves }
}

class Planner {
  readonly leaves: Leaf[] = []
  badSet = false
  readonly #view: View
  readonly #nowMs: number

  constructor(view: View, nowMs: number) {
    this.#view = view
    this.#nowMs = nowMs
  }

  node(key: SearchKey): PlanNode {
    switch (key.type) {
      case 'and':
        return { type: 'and', nodes: key.keys.map((part) => this.node(part)) }
      case 'or':
        return { type: 'or', nodes: [this.node(key.left), this.node(key.right)] }
      case 'not':
        return { type: 'not', node: this.node(key.key) }
      // RFC 6203 §4: it may match by likeness, and need not.
      case 'fuzzy':
        return this.node(key.key)
      default:
        return this.#leaf(this.#question(key))
    }
  }

  #leaf(question: Question): Leaf {
    const leaf: Leaf = { type: 'leaf', number: this.leaves.length, place: placeOf(question), question }
    this.leaves.push(leaf)
    return leaf
  }

  #question(key: Exclude<SearchKey, { readonly type: 'and' | 'or' | 'not' | 'fuzzy' }>): Question {
    switch (key.type) {
      case 'all':
      case 'save-date-supported':
        return { type: 'all' }
      case 'sequence':
      case 'uid': {
        const positions = this.#view.resolve(key.set, { byUid: key.type === 'uid' })
        this.badSet ||= positions === undefined
        return { type: 'positions', positions: positions ?? [] }
      }
      case 'flag':
      case 'modseq':
        return key
      case 'keyword':
        return { ...key, keyword: key.keyword.toLowerCase() }
      case 'date':
        return { type: 'number', column: DAY_COLUMNS[key.of], ...daysOf(key.is, key.day) }
      case 'age': {
        const since = this.#nowMs - key.seconds * 1000
        const [from, to] = key.is === 'older' ? [-Infinity, since] : [since, Infinity]
        return { type: 'number', column: 'internalMs', from, to }
      }
      case 'size': {
        const [from, to] = key.is === 'larger' ? [key.octets + 1, Infinity] : [-Infinity, key.octets - 1]
        return { type: 'number', column: 'sizeBytes', from, to }
      }
      case 'email-id':
      case 'thread-id':
        return { type: 'id', column: key.type === 'email-id' ? 'emailId' : 'threadId', id: key.id }
      case 'header':
        return headerQuestion(key.name, comparable(key.value))
      case 'body':
      case 'text':
        return { type: key.type, needle: comparable(key.value) }
    }
  }
}

const DAY_COLUMNS = { internal: 'internalDay', sent: 'sentDay', saved: 'savedDay' } as const

function daysOf(is: 'before' | 'on' | 'since', day: CalendarDay): { readonly from: number; readonly to: number } {
  if (is === 'on') return { from: day, to: day }
  return is === 'before' ? { from: -Infinity, to: day - 1 } : { from: day, to: Infinity }
}

/** Fields that the index tells of. */
const FIELD_COLUMNS: ReadonlyMap<string, TextColumn> = new Map([
  ['subject', 'subject'],
  ['from', 'from'],
  ['to', 'to'],
  ['cc', 'cc'],
  ['bcc', 'bcc'],
  ['message-id', 'messageIdText'],
  ['in-reply-to', 'inReplyToText'],
])

function headerQuestion(name: string, needle: string): Question {
  const column = FIELD_COLUMNS.get(name)
  return column === undefined ? { type: 'header', name, needle } : { type: 'field', column, name, needle }
}

function placeOf(question: Question): Place {
  switch (question.type) {
    case 'number':
      return question.column === 'sentDay' ? PLACE.index : PLACE.row
    case 'id':
      return PLACE.row
    case 'field':
      return PLACE.index
    case 'header':
      return PLACE.header
    case 'body':
    case 'text':
      return PLACE.body
    default:
      return PLACE.image
  }
}

/** What a question is answered from before anything of the content is read. */
export function columnOf(question: Question): NumberColumn | TextColumn | undefined {
  return question.type === 'number' || question.type === 'id' || question.type === 'field' ? question.column : undefined
}

/** What the answers come to, message by message; `answers` are those of the leaves, in their order. */
export function combine(node: PlanNode, answers: readonly Uint8Array[], count: number): Uint8Array {
  if (node.type === 'leaf') return answers[node.number] ?? new Uint8Array(count).fill(UNKNOWN)
  const result = new Uint8Array(count)
  if (node.type === 'not') {
    const inner = combine(node.node, answers, count)
    for (let i = 0; i < count; i++) result[i] = YES - (inner[i] ?? UNKNOWN)
    return result
  }
  const isAnd = node.type === 'and'
  result.fill(isAnd ? YES : NO)
  for (const part of node.nodes) {
    const inner = combine(part, answers, count)
    for (let i = 0; i < count; i++) {
      const verdict = inner[i] ?? UNKNOWN
      if (isAnd ? verdict < (result[i] ?? NO) : verdict > (result[i] ?? NO)) result[i] = verdict
    }
  }
  return result
}

/** The same for one message. */
export function combineOne(node: PlanNode, answer: (leaf: Leaf) => Verdict): Verdict {
  if (node.type === 'leaf') return answer(node)
  if (node.type === 'not') return (YES - combineOne(node.node, answer)) as Verdict
  const [decided, least] = node.type === 'and' ? ([NO, YES] as const) : ([YES, NO] as const)
  let verdict: Verdict = least
  for (const part of node.nodes) {
    const inner = combineOne(part, answer)
    if (inner === decided) return inner
    if (inner === UNKNOWN) verdict = UNKNOWN
  }
  return verdict
}
