// A message that FETCH looks into: its index, and its octets with the lines that the mailbox puts before them.

import { decodeIndex, encodeIndex, type MessageIndex, MessageIndexer } from '../../../mail/message/message.ts'
import { keepIndexProcedure, readContent, readRange } from '../../../store/content/content.ts'
import type { MessageRow } from '../../mailbox/mailbox.ts'
import type { ImapContext } from './context.ts'
import { INDEXES_KEPT_AT_ONCE_MAX, WHOLE_OCTETS_MAX } from './limits.ts'

export interface OpenMessage {
  readonly prefix: Uint8Array
  /** Of the content alone. */
  readonly contentBytes: number
  readonly index: MessageIndex
  /** From `start` to before `end` of prefix and content together; in one piece where that is small. */
  read(start: number, end: number): Promise<Uint8Array> | AsyncIterable<Uint8Array>
}

export function openMessage({ store }: Pick<ImapContext, 'store'>, row: MessageRow, index: MessageIndex): OpenMessage {
  const prefix = Buffer.from(row.prefix, 'utf8')
  const contentBytes = row.sizeBytes - prefix.length
  let whole: Promise<Uint8Array> | undefined
  const wholeContent = (): Promise<Uint8Array> => {
    whole ??= collect(readContent(store, row.contentId))
    return whole
  }
  return {
    ...{ prefix, contentBytes, index },
    read(start, end) {
      if (contentBytes <= WHOLE_OCTETS_MAX) return wholeContent().then((content) => cut(prefix, content, start, end))
      const inContent = { start: Math.max(0, start - prefix.length), end: Math.max(0, end - prefix.length) }
      const stream = readRange(store, row.contentId, inContent)
      return start < prefix.length ? following(prefix.subarray(start, end), stream) : stream
    },
  }
}

function cut(prefix: Uint8Array, content: Uint8Array, start: number, end: number): Uint8Array {
  if (start >= prefix.length) return content.subarray(start - prefix.length, end - prefix.length)
  const body = content.subarray(0, Math.max(0, end - prefix.length))
  return Buffer.concat([prefix.subarray(start, end), body])
}

async function* following(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield first
  yield* rest
}

export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const collected: Uint8Array[] = []
  for await (const piece of pieces) collected.push(piece)
  return collected.length === 1 && collected[0] ? collected[0] : Buffer.concat(collected)
}

/** As it was kept; made now, and kept, where there is none or an older version of the program made it. */
export async function indexOfRow(
  { store, log }: Pick<ImapContext, 'store' | 'log'>,
  row: Pick<MessageRow, 'contentId' | 'index'>,
): Promise<MessageIndex> {
  const kept = row.index === null ? undefined : decodeIndex(row.index)
  if (kept) return kept
  const indexer = new MessageIndexer()
  for await (const piece of readContent(store, row.contentId)) indexer.push(piece)
  const index = indexer.finish()
  const keeping = keep({ store, log }, { id: row.contentId, index: encodeIndex(index) })
  if (keptAtOnce >= INDEXES_KEPT_AT_ONCE_MAX) await keeping
  return index
}

/** Of this thread, on their way to the store. */
let keptAtOnce = 0

/** Seldom waited for: who reads wants to read on, and several are kept in one commit. */
async function keep(
  { store, log }: Pick<ImapContext, 'store' | 'log'>,
  index: { readonly id: string; readonly index: Uint8Array },
): Promise<void> {
  keptAtOnce++
  try {
    const answer = await store.call(keepIndexProcedure, index)
    if (!answer.ok) log.debug('the index of a message was not kept', { detail: answer.error.detail })
  } finally {
    keptAtOnce--
  }
}
