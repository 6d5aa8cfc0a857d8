// One message, looked at for a search as far as it takes: its row, its index, its header, its body. The octets are read piece by piece.

import {
  decodedHeaders,
  headerText,
  type IndexedPart,
  readFields,
  type SearchPlace,
  searchPlaces,
  TransferDecoder,
  textOfPart,
} from '../../../mail/message/message.ts'
import type { MessageRow } from '../../mailbox/mailbox.ts'
import { HEADER_OCTETS_MAX, SEARCH_PART_OCTETS_MAX, SEARCH_PIECE_OCTETS } from './limits.ts'
import { collect, indexOfRow, type OpenMessage, openMessage } from './open-message.ts'
import { Described, NUMBERS, TEXTS } from './search-columns.ts'
import type { FactsGround } from './search-facts.ts'
import {
  combineOne,
  type Leaf,
  NO,
  PLACE,
  type Place,
  type Plan,
  type Question,
  UNKNOWN,
  type Verdict,
  YES,
} from './search-plan.ts'
import { comparable, TextSearch } from './search-text.ts'

export interface MessageGround extends FactsGround {
  pause(): Promise<boolean>
}

/** `known`: what was answered already. Throws ContentMissing when the message goes meanwhile; `gone`: nobody waits any more. */
export async function judgeMessage(
  ground: MessageGround,
  plan: Plan,
  row: MessageRow,
  known: (leaf: Leaf) => Verdict,
): Promise<Verdict | 'gone'> {
  const message = new JudgedMessage(ground, row)
  const answers = new Map<Leaf, Verdict>()
  const answer = (leaf: Leaf): Verdict => answers.get(leaf) ?? known(leaf)
  let verdict = combineOne(plan.root, answer)
  for (const place of [PLACE.row, PLACE.index, PLACE.header, PLACE.body]) {
    if (verdict !== UNKNOWN) return verdict
    const open = plan.leaves.filter((leaf) => answer(leaf) === UNKNOWN && isAnsweredAt(leaf, place))
    if (open.length === 0) continue
    if (!(await message.read(place, open))) return 'gone'
    for (const leaf of open) answers.set(leaf, message.answer(leaf.question, place))
    verdict = combineOne(plan.root, answer)
  }
  return verdict
}

/** Whether a field is there at all, and whether a text stands in header or body, may show at two places. */
function isAnsweredAt({ place, question }: Leaf, at: Place): boolean {
  if (place === at) return true
  if (at !== PLACE.header) return false
  return question.type === 'text' || (question.type === 'field' && question.needle === '')
}

type HeaderPlace = Extract<SearchPlace, { type: 'header' }>

class JudgedMessage {
  readonly #ground: MessageGround
  readonly #row: MessageRow
  #described: Described
  #message: OpenMessage | undefined
  #header: Uint8Array = new Uint8Array(0)
  #headerSearch = new TextSearch([])
  #bodySearch = new TextSearch([])

  constructor(ground: MessageGround, row: MessageRow) {
    this.#ground = ground
    this.#row = row
    this.#described = new Described(row, undefined)
  }

  /** What the questions need of this place. False: nobody waits for the answer any more. */
  async read(place: Place, open: readonly Leaf[]): Promise<boolean> {
    if (place === PLACE.row) return true
    const message = this.#message ?? (await this.#open())
    if (place === PLACE.header) await this.#readHeader(message, open)
    return place === PLACE.body ? await this.#readBody(message, open) : true
  }

  async #open(): Promise<OpenMessage> {
    const index = await indexOfRow(this.#ground, this.#row)
    this.#described = new Described(this.#row, index)
    this.#message = openMessage(this.#ground, this.#row, index)
    return this.#message
  }

  answer(question: Question, place: Place): Verdict {
    switch (question.type) {
      case 'number': {
        const value = NUMBERS[question.column](this.#described)
        return yesNo(value >= question.from && value <= question.to)
      }
      case 'id':
        return yesNo(TEXTS[question.column](this.#described) === question.id)
      case 'field':
        if (place === PLACE.header) return yesNo(this.#headerHas(question.name, ''))
        return answerField(TEXTS[question.column](this.#described), question.needle)
      case 'header':
        return yesNo(this.#headerHas(question.name, question.needle))
      case 'text':
        if (place === PLACE.header) return this.#headerSearch.has(question.needle) ? YES : UNKNOWN
        return yesNo(this.#bodySearch.has(question.needle))
      case 'body':
        return yesNo(this.#bodySearch.has(question.needle))
      default:
        return UNKNOWN
    }
  }

  #headerHas(name: string, needle: string): boolean {
    return decodedHeaders(readFields(this.#header), name).some((value) => comparable(value).includes(needle))
  }

  async #readHeader(message: OpenMessage, open: readonly Leaf[]): Promise<void> {
    const end = Math.min(message.prefix.length + message.index.headerBytes, HEADER_OCTETS_MAX)
    this.#header = await bytesOf(message, 0, end)
    this.#headerSearch = searchFor(open)
    if (!this.#headerSearch.over) for (const line of headerText(this.#header).split('\n')) pushLine(this.#headerSearch, line)
  }

  async #readBody(message: OpenMessage, open: readonly Leaf[]): Promise<boolean> {
    this.#bodySearch = searchFor(open)
    for (const place of searchPlaces(message.index.parts)) {
      if (this.#bodySearch.over) break
      this.#bodySearch.separate()
      if (place.type === 'text') {
        if (!(await this.#readText(message, place.part))) return false
      } else await this.#readPartHeader(message, place)
      if (!(await this.#ground.pause())) return false
    }
    return true
  }

  async #readPartHeader(message: OpenMessage, { start, end }: HeaderPlace): Promise<void> {
    const before = message.prefix.length
    const header = await bytesOf(message, before + start, before + Math.min(end, start + HEADER_OCTETS_MAX))
    for (const line of headerText(header).split('\n')) pushLine(this.#bodySearch, line)
  }

  async #readText(message: OpenMessage, part: IndexedPart): Promise<boolean> {
    const before = message.prefix.length
    const octets = message.read(before + part.bodyStart, before + part.bodyEnd)
    if (octets instanceof Promise) {
      this.#bodySearch.push(textOfPart(await octets, part))
      return true
    }
    for await (const text of largeText(octets, part)) {
      this.#bodySearch.push(text)
      if (this.#bodySearch.over) break
      if (!(await this.#ground.pause())) return false
    }
    return true
  }
}

function yesNo(holds: boolean): Verdict {
  return holds ? YES : NO
}

/** The index does not tell an empty field from none. */
export function answerField(value: string, needle: string): Verdict {
  if (needle !== '') return yesNo(value.includes(needle))
  return value === '' ? UNKNOWN : YES
}

function searchFor(open: readonly Leaf[]): TextSearch {
  const needles: string[] = []
  for (const { question } of open) if (question.type === 'text' || question.type === 'body') needles.push(question.needle)
  return new TextSearch(needles)
}

function pushLine(search: TextSearch, line: string): void {
  search.separate()
  search.push(line)
}

async function bytesOf(message: OpenMessage, start: number, end: number): Promise<Uint8Array> {
  const octets = message.read(start, end)
  return octets instanceof Promise ? await octets : await collect(octets)
}

const LF = 10
const LESS_THAN = 60

/**
 * A large part in pieces, each decoded by itself: cut where a line ends, or before a tag, so that no character and no tag is cut. What is
 * longer than the bound of `textOfPart` is not read.
 */
async function* largeText(octets: AsyncIterable<Uint8Array>, part: IndexedPart): AsyncGenerator<string, void, undefined> {
  const decoder = new TransferDecoder(part.encoding)
  const decoded = { ...part, encoding: 'binary' }
  const mark = part.subtype === 'html' ? LESS_THAN : LF
  let open = Buffer.alloc(0)
  let read = 0
  for await (const bytes of octets) {
    read += bytes.length
    open = Buffer.concat([open, decoder.push(bytes)])
    if (open.length < SEARCH_PIECE_OCTETS) continue
    const at = open.lastIndexOf(mark)
    const end = at <= 0 ? open.length : mark === LF ? at + 1 : at
    yield textOfPart(open.subarray(0, end), decoded)
    open = open.subarray(end)
    if (read >= SEARCH_PART_OCTETS_MAX) return
  }
  yield textOfPart(Buffer.concat([open, decoder.finish()]), decoded)
}
