// The questions of a search that the mailbox's image answers, for many messages at once.

import { FLAG } from '../../../mail/protocol/imap/imap.ts'
import { NO, type Question, UNKNOWN, YES } from './search-plan.ts'
import type { PositionRange, View } from './view.ts'

/** Where the messages of some positions stand in the image; -1 for what is gone. */
export function imageIndexes(view: View, from: number, to: number): Int32Array {
  const indexes = new Int32Array(to - from)
  for (let i = 0; i < indexes.length; i++) indexes[i] = view.imageIndex(from + i)
  return indexes
}

/** Of the messages from the position `from` on. What is gone has any answer. */
export function answerFromImage(view: View, question: Question, from: number, indexes: Int32Array): Uint8Array {
  const answers = new Uint8Array(indexes.length)
  switch (question.type) {
    case 'all':
      return answers.fill(YES)
    case 'positions':
      mark(answers, question.positions, from)
      return answers
    case 'flag': {
      const recent = question.bit === FLAG.recent
      return each(answers, indexes, (index, i) => {
        const isSet = recent ? view.isRecent(view.uidAt(from + i)) : (view.image.flagsAt(index) & question.bit) !== 0
        return isSet === question.present
      })
    }
    case 'keyword': {
      // Most messages have one of few sets of keywords.
      const known = new Map<string, boolean>()
      return each(answers, indexes, (index) => {
        const keywords = view.image.keywordsAt(index)
        const isSet = known.get(keywords) ?? keywords.toLowerCase().split(' ').includes(question.keyword)
        known.set(keywords, isSet)
        return isSet === question.present
      })
    }
    case 'modseq':
      return each(answers, indexes, (index) => view.image.modseqAt(index) >= question.modseq)
    default:
      return answers.fill(UNKNOWN)
  }
}

function each(answers: Uint8Array, indexes: Int32Array, holds: (index: number, i: number) => boolean): Uint8Array {
  for (let i = 0; i < indexes.length; i++) answers[i] = holds(indexes[i] ?? -1, i) ? YES : NO
  return answers
}

/** `positions` ascend. */
function mark(answers: Uint8Array, positions: readonly PositionRange[], from: number): void {
  const last = from + answers.length - 1
  let low = 0
  let high = positions.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((positions[middle]?.to ?? 0) < from) low = middle + 1
    else high = middle
  }
  for (let range = positions[low]; range !== undefined && range.from <= last; range = positions[++low])
    answers.fill(YES, Math.max(0, range.from - from), Math.min(last, range.to) - from + 1)
}
