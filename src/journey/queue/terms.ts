// What messages are found by: the addresses of sender and recipients, and the Message-ID. Written behind the commit that accepts a message,
// many messages at a time, because they lie everywhere in their table; until then a search looks at the messages themselves.

import { all, procedure, run, type Steps } from '../../store/database/procedure.ts'
import type { Store } from '../../store/store.ts'
import { INDEX_MESSAGES_MAX, INDEX_RECIPIENTS_MAX } from './limits.ts'
import * as statements from './terms.store.ts'

interface MessageKey {
  readonly org: number
  readonly messageId: string
}

/** As it stands in the table: Message-IDs have angle brackets, so that they are never taken for addresses. */
export function bracketed(headerMessageId: string): string {
  return headerMessageId.startsWith('<') ? headerMessageId : `<${headerMessageId}>`
}

/** [Q18] In the commit that makes the message, or gives it recipients from `nextN` on. */
export function* awaitIndexing(args: MessageKey & { readonly nextN: number }): Steps<void> {
  yield* run(statements.insertUnindexed, args)
}

export interface IndexTerms {
  /** Of one call; less than the bounds only in tests. */
  readonly messages?: number
  readonly recipients?: number
}

/** [Q19] Writes the terms of the oldest messages that wait for it; `more`: some may be left. */
export function* indexTerms(args: IndexTerms): Steps<{ readonly messages: number; readonly more: boolean }> {
  const limit = Math.min(args.messages ?? INDEX_MESSAGES_MAX, INDEX_MESSAGES_MAX)
  const recipients = Math.min(args.recipients ?? INDEX_RECIPIENTS_MAX, INDEX_RECIPIENTS_MAX)
  const waiting = yield* all(statements.unindexed, { limit })
  const [oldest] = waiting
  if (oldest === undefined) return { messages: 0, more: false }
  const { org, message_id: first } = oldest
  const whole = wholeOnes(waiting, recipients)
  const last = whole.at(-1)?.message_id ?? first
  yield* run(statements.insertTerms, { org, first, last, recipients })
  if (whole.length > 0) yield* run(statements.deleteUnindexed, { org, first, last })
  else yield* run(statements.advanceUnindexed, { org, messageId: first, by: recipients })
  return { messages: whole.length, more: whole.length < waiting.length || waiting.length === limit }
}

interface Waiting {
  readonly org: number
  readonly message_id: string
  readonly next_n: number
  readonly last_n: number | null
}

/** The first ones, of one organisation, that have no more recipients together than there is room for. */
function wholeOnes(waiting: readonly Waiting[], recipients: number): readonly Waiting[] {
  let room = recipients
  const end = waiting.findIndex(({ org, next_n, last_n }) => {
    room -= (last_n ?? -1) + 1 - next_n
    return room < 0 || org !== waiting[0]?.org
  })
  return end < 0 ? waiting : waiting.slice(0, end)
}

export const indexTermsProcedure = procedure('queue.indexTerms', indexTerms)

/** Whether messages wait for {@link indexTermsProcedure}. A look that costs a reader next to nothing, and the writer nothing. */
export async function wantsIndexing(store: Store): Promise<boolean> {
  return (await store.first(statements.anyUnindexed, {})) !== undefined
}

/** [Q20] What is left of a message when its recipients are gone. */
export function* forgetMessageTerms({ org, messageId }: MessageKey): Steps<void> {
  yield* run(statements.deleteMessageTerms, { org, messageId })
  yield* run(statements.deleteUnindexed, { org, first: messageId, last: messageId })
}

export interface TermPage {
  readonly org: number
  readonly before: string
  readonly limit: number
}

/** [Q18] Ids of messages, newest first. */
export async function idsByAddress(store: Store, args: TermPage & { readonly address: string }): Promise<readonly string[]> {
  const { org, before, limit, address } = args
  const page = { org, before, limit }
  // In this order: what is indexed between the two looks is seen by both, and never by none.
  const unindexed = await store.all(statements.unindexedByAddress, { ...page, address })
  return merged(unindexed, await store.all(statements.byAddress, { ...page, address }), limit)
}

/** [Q18] The same; with or without its angle brackets. */
export async function idsByHeaderMessageId(
  store: Store,
  args: TermPage & { readonly headerMessageId: string },
): Promise<readonly string[]> {
  const { org, before, limit } = args
  const page = { org, before, limit }
  const headerMessageId = bracketed(args.headerMessageId)
  const unindexed = await store.all(statements.unindexedByHeaderMessageId, { ...page, headerMessageId })
  return merged(unindexed, await store.all(statements.byHeaderMessageId, { ...page, headerMessageId }), limit)
}

type Found = readonly { readonly id: string }[]

function merged(some: Found, others: Found, limit: number): readonly string[] {
  const all = new Set([...some, ...others].map((row) => row.id))
  return [...all].sort().reverse().slice(0, limit)
}
