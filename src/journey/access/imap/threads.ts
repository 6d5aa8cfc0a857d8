// THREAD (RFC 5256 §3, §4): messages that were found, put together to conversations.

import {
  formatThreads,
  type ThreadMessage,
  type ThreadNode,
  threadBySubject,
  threadInSteps,
} from '../../../mail/message/message.ts'
import type { ThreadCommand } from '../../../mail/protocol/imap/imap.ts'
import type { SearchGround } from './search.ts'
import type { Column } from './search-columns.ts'
import { type FoundInBatch, foundIn, timesOf } from './sort.ts'

type Algorithm = ThreadCommand['algorithm']

const COLUMNS: Readonly<Record<Algorithm, readonly Column[]>> = {
  ORDEREDSUBJECT: ['baseSubject', 'sentMs', 'internalMs'],
  REFERENCES: ['baseSubject', 'sentMs', 'internalMs', 'messageId', 'references', 'inReplyTo', 'isReply'],
}

/** What was found: uids, ascending, and the numbers that they are told as. */
export interface Found {
  readonly uids: readonly number[]
  readonly numbers: readonly number[]
}

/** The threads as IMAP writes them. `gone`: nobody waits for the answer any more. */
export async function threads(ground: SearchGround, found: Found, algorithm: Algorithm): Promise<string | 'gone'> {
  const facts = ground.facts.of(ground.view.image)
  const kept = facts.threads(algorithm)
  if (kept !== undefined && same(kept.found.uids, found.uids) && same(kept.found.numbers, found.numbers)) return kept.text
  const messages: ThreadMessage[] = []
  for (const part of foundIn(ground, found.uids)) {
    await facts.load(ground, part.batch.page, COLUMNS[algorithm])
    addMessages(messages, part, found.numbers, algorithm)
    if (!(await ground.pause())) return 'gone'
  }
  const nodes = algorithm === 'REFERENCES' ? await byReferences(ground, messages) : threadBySubject(messages)
  if (nodes === 'gone' || !(await ground.pause())) return 'gone'
  const text = formatThreads(nodes)
  facts.keepThreads(algorithm, { found, text })
  return text
}

async function byReferences(ground: SearchGround, messages: readonly ThreadMessage[]): Promise<readonly ThreadNode[] | 'gone'> {
  const steps = threadInSteps(messages)
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value
    if (!(await ground.pause())) return 'gone'
  }
}

function same(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

const NONE: readonly string[] = []

function addMessages(
  messages: ThreadMessage[],
  { batch: { page }, slots, from }: FoundInBatch,
  numbers: readonly number[],
  algorithm: Algorithm,
): void {
  const sent = timesOf(page, slots, 'sent')
  const subjects = page.texts('baseSubject')
  const [ids, references, inReplyTo] = [page.texts('messageId'), page.texts('references'), page.texts('inReplyTo')]
  const replies = page.numbers('isReply')
  const byReferences = algorithm === 'REFERENCES'
  for (const [i, slot] of slots.entries()) {
    messages.push({
      uid: numbers[from + i] ?? 0,
      messageId: byReferences ? ids.at(slot) || undefined : undefined,
      inReplyTo: byReferences ? identifiers(inReplyTo.at(slot)) : NONE,
      references: byReferences ? identifiers(references.at(slot)) : NONE,
      baseSubject: subjects.at(slot),
      isReply: replies[slot] === 1,
      sentAtMs: sent[i] ?? 0,
    })
  }
}

function identifiers(text: string): readonly string[] {
  return text === '' ? NONE : text.split(' ')
}
