// What messages are found by: the addresses of sender and recipients, and the Message-ID. Written behind the commit that accepts a message,
// many messages at a time, because they lie everywhere in their table; until then a search looks at the messages themselves.

import { all, procedure, run, type Steps } from '../../store/database/procedure.ts'
import type { Store } from '../../store/store.ts'
import { INDEX_MESSAGES_MAX, INDEX_RECIPIENTS_MAX, TERM_CHARACTERS_MAX } from './limits.ts'
import * as statements from './terms.store.ts'

interface MessageKey {
  readonly org: number
  readonly messageId: string
}

interface Addressed {
  readonly address: string
  readonly original_address: string | null
}

/** ASCII only, as SQL's `lower` in most databases: both ways of finding shall agree. */
export function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
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

interface Term extends MessageKey {
  readonly term: string
}

/** [Q19] Writes the terms of the oldest messages that wait for it; `more`: some are left. */
export function* indexTerms(args: IndexTerms): Steps<{ readonly messages: number; readonly more: boolean }> {
  const limit = Math.min(args.messages ?? INDEX_MESSAGES_MAX, INDEX_MESSAGES_MAX)
  let room = Math.min(args.recipients ?? INDEX_RECIPIENTS_MAX, INDEX_RECIPIENTS_MAX)
  const waiting = yield* all(statements.unindexed, { limit })
  const found: Term[] = []
  let messages = 0
  for (const { org, message_id: messageId, next_n: from, reverse_path, header_message_id } of waiting) {
    if (room === 0) break
    const key = { org, messageId }
    const recipients = yield* all(statements.addressesFrom, { ...key, from, limit: room })
    if (from === 0) for (const term of ownTerms(reverse_path ?? '', header_message_id)) found.push({ ...key, term })
    for (const term of addressTerms(recipients)) found.push({ ...key, term })
    // As many as there was room for: there may be more of them.
    const last = recipients.length === room ? recipients.at(-1) : undefined
    if (last === undefined) yield* run(statements.deleteUnindexed, key)
    else yield* run(statements.advanceUnindexed, { ...key, nextN: last.n + 1 })
    room -= recipients.length
    messages++
  }
  // In the order of the table, so that what lies on one page is written while the page is at hand.
  found.sort((a, b) => a.org - b.org || (a.term < b.term ? -1 : 1))
  for (const term of found) yield* run(statements.insertTerm, term)
  return { messages, more: room === 0 || waiting.length === limit }
}

export const indexTermsProcedure = procedure('queue.indexTerms', indexTerms)

/** Whether messages wait for {@link indexTermsProcedure}. A look that costs a reader next to nothing, and the writer nothing. */
export async function wantsIndexing(store: Store): Promise<boolean> {
  return (await store.first(statements.anyUnindexed, {})) !== undefined
}

/** [Q20] The terms of these recipients of a message. One that another recipient has too is written no more: the message goes as a whole. */
export function* forgetAddresses(key: MessageKey, recipients: readonly Addressed[]): Steps<void> {
  for (const term of new Set(addressTerms(recipients))) yield* run(statements.deleteTerm, { ...key, term })
}

/** [Q20] What is left of a message when its recipients are gone. */
export function* forgetMessageTerms(
  key: MessageKey,
  message: { readonly reverse_path: string; readonly header_message_id: string | null },
): Steps<void> {
  for (const term of ownTerms(message.reverse_path, message.header_message_id))
    yield* run(statements.deleteTerm, { ...key, term })
  yield* run(statements.deleteUnindexed, key)
}

function ownTerms(reversePath: string, headerMessageId: string | null): readonly string[] {
  return [
    ...(reversePath === '' ? [] : [addressTerm(reversePath)]),
    ...(headerMessageId === null ? [] : [bounded(headerMessageId)]),
  ]
}

function addressTerms(recipients: readonly Addressed[]): readonly string[] {
  return recipients.flatMap(({ address, original_address: original }) =>
    original === null ? [addressTerm(address)] : [addressTerm(address), addressTerm(original)],
  )
}

function addressTerm(address: string): string {
  return bounded(lowerCase(address))
}

function bounded(term: string): string {
  return term.slice(0, TERM_CHARACTERS_MAX)
}

export interface TermPage {
  readonly org: number
  readonly before: string
  readonly limit: number
}

/** [Q18] Ids of messages, newest first. */
export async function idsByAddress(store: Store, args: TermPage & { readonly address: string }): Promise<readonly string[]> {
  const { org, before, limit } = args
  const page = { org, before, limit }
  const address = lowerCase(args.address)
  // In this order: what is indexed between the two looks is seen by both, and never by none.
  const unindexed = await store.all(statements.unindexedByAddress, { ...page, address })
  return merged(unindexed, await store.all(statements.byTerm, { ...page, term: bounded(address) }), limit)
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
  return merged(unindexed, await store.all(statements.byTerm, { ...page, term: bounded(headerMessageId) }), limit)
}

type Found = readonly { readonly id: string }[]

function merged(some: Found, others: Found, limit: number): readonly string[] {
  const all = new Set([...some, ...others].map((row) => row.id))
  return [...all].sort().reverse().slice(0, limit)
}
