// Base subjects, sort keys and threads.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { baseSubject } from './base-subject.ts'
import { sortKey } from './casemap.ts'
import { formatThreads, type ThreadMessage, type ThreadNode, threadBySubject } from './thread.ts'
import { threadByReferences } from './thread-references.ts'

test('[K1] trap 44: the base subject is what remains without the marks of replies and forwards', () => {
  const cases: readonly [string, string, boolean][] = [
    ['hello', 'hello', false],
    ['Re: hello', 'hello', true],
    ['RE : re:Fwd: hello', 'hello', true],
    ['Fw: hello (fwd)', 'hello', true],
    ['hello (FWD) (fwd) ', 'hello', true],
    ['[list] hello', 'hello', false],
    ['[list] [other] Re[2]: hello', 'hello', true],
    ['re [list] : hello', 'hello', true],
    ['[a][b] hello', 'hello', false],
    ['[only]', '[only]', false],
    ['Re: [only]', '[only]', true],
    ['[a] [b]', '[b]', false],
    ['[fwd: hello]', 'hello', true],
    ['[Fwd: [fwd: Re: hello (fwd)]]', 'hello', true],
    ['Re: [fwd: [list] hello] (fwd)', 'hello', true],
    ['Re:', '', true],
    ['', '', false],
    ['  a \t b ', 'a b', false],
    ['regarding: x', 'regarding: x', false],
    ['Re hello', 'Re hello', false],
    ['[open hello', '[open hello', false],
    ['hello [fwd: x]', 'hello [fwd: x]', false],
    ['(fwd)', '', true],
    ['[Grüße] Übersicht', 'Übersicht', false],
  ]
  for (const [subject, text, isReply] of cases) assert.deepEqual(baseSubject(subject), { text, isReply }, subject)
})

test('[K2] the base subject of a base subject is itself, and any text has one', () => {
  const unit = fc.constantFrom('re', 'fwd', 'FW', ':', '[', ']', '(fwd)', ' ', '[fwd:', 'a', 'ü')
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 30 }), (subject) => {
      const base = baseSubject(subject).text
      assert.ok(base.length <= subject.length)
      assert.deepEqual(baseSubject(base), { text: base, isReply: false })
    }),
    { numRuns: 500 },
  )
  baseSubject('[]'.repeat(1000))
  baseSubject('[fwd:'.repeat(400) + ']'.repeat(400))
})

test('[K3] trap 45: sort keys know no case, in any script, and one character is never made two', () => {
  assert.equal(sortKey('Straße'), sortKey('STRAßE'))
  assert.equal(sortKey('ÄRGER'), sortKey('a\u0308rger'))
  assert.equal(sortKey('Ωμέγα'), sortKey('ωΜΈΓΑ'))
  assert.equal(sortKey('ﬁ'), sortKey('ﬁ'))
  assert.notEqual(sortKey('a'), sortKey('b'))
  assert.ok(sortKey('a') < sortKey('B') && sortKey('B') < sortKey('c'))
  assert.equal(sortKey('ß'), 'ß')
})

interface Given extends Partial<ThreadMessage> {
  readonly uid: number
}

function message({
  uid,
  sentAtMs = uid,
  baseSubject: subject = `S${uid}`,
  references = [],
  inReplyTo = [],
  ...rest
}: Given): ThreadMessage {
  return { uid, sentAtMs, baseSubject: subject, references, inReplyTo, isReply: false, messageId: `<${uid}>`, ...rest }
}

function threads(...given: readonly Given[]): string {
  return formatThreads(threadByReferences(given.map(message)))
}

test('[C1] trap 44: messages hang below the last one they refer to, and those they name hang below each other', () => {
  assert.equal(threads({ uid: 1 }, { uid: 2, references: ['<1>'] }, { uid: 3, references: ['<1>', '<2>'] }), '(1 2 3)')
  assert.equal(threads({ uid: 1 }, { uid: 2, inReplyTo: ['<1>', '<9>'] }, { uid: 3, references: ['<1>'] }), '(1 (2)(3))')
  assert.equal(threads({ uid: 3, references: ['<1>', '<2>'] }, { uid: 2, references: ['<1>'] }, { uid: 1 }), '(1 2 3)')
})

test('[C2] trap 44: what is missing holds its answers together at the top, and is left out below', () => {
  assert.equal(threads({ uid: 2, references: ['<1>'] }, { uid: 3, references: ['<1>'] }), '((2)(3))')
  assert.equal(threads({ uid: 2, references: ['<1>'] }), '(2)')
  assert.equal(threads({ uid: 1 }, { uid: 3, references: ['<1>', '<2>'] }, { uid: 4, references: ['<1>', '<2>'] }), '(1 (3)(4))')
  assert.equal(threads({ uid: 9, references: ['<1>', '<2>', '<3>'] }), '(9)')
})

test('[C3] trap 44: loops, identifiers that stand twice, and messages without one', () => {
  assert.equal(threads({ uid: 1, references: ['<2>'] }, { uid: 2, references: ['<1>'] }), '(2 1)')
  assert.equal(threads({ uid: 1, references: ['<1>'] }), '(1)')
  assert.equal(threads({ uid: 1 }, { uid: 2, messageId: '<1>' }, { uid: 3, references: ['<1>'] }), '(1 3)(2)')
  assert.equal(threads({ uid: 1, messageId: undefined }, { uid: 2, messageId: undefined, references: ['<5>'] }), '(1)(2)')
  assert.equal(threads({ uid: 1, references: ['<9>', '<9>', '<8>', '<9>'] }), '(1)')
})

test('[C4] a message knows its parent better than others do', () => {
  assert.equal(
    threads({ uid: 1 }, { uid: 2 }, { uid: 4, references: ['<1>', '<3>'] }, { uid: 3, references: ['<2>'] }),
    '(1)(2 3 4)',
  )
})

test('[C5] threads of one subject are put together: answers below the question, equals side by side', () => {
  const S = { baseSubject: 'S' }
  assert.equal(threads({ uid: 1, ...S }, { uid: 2, ...S, isReply: true }), '(1 2)')
  assert.equal(threads({ uid: 1, ...S, isReply: true }, { uid: 2, ...S }), '(2 1)')
  assert.equal(threads({ uid: 1, ...S }, { uid: 2, ...S }, { uid: 3, ...S }), '((1)(2)(3))')
  assert.equal(threads({ uid: 1, baseSubject: '' }, { uid: 2, baseSubject: '' }), '(1)(2)')
  const orphans = [
    { uid: 2, ...S, references: ['<1>'] },
    { uid: 3, ...S, references: ['<1>'] },
  ]
  assert.equal(threads(...orphans, { uid: 5, ...S }), '((2)(3)(5))')
  assert.equal(
    threads(...orphans, { uid: 5, ...S, references: ['<4>'] }, { uid: 6, ...S, references: ['<4>'] }),
    '((2)(3)(5)(6))',
  )
})

test('[C6] trap 45: siblings and threads stand by the date they were sent, then by number; the missing by their first answer', () => {
  assert.equal(threads({ uid: 1, sentAtMs: 9 }, { uid: 2, sentAtMs: 3 }, { uid: 3, sentAtMs: 3 }), '(2)(3)(1)')
  assert.equal(
    threads({ uid: 1, sentAtMs: 5 }, { uid: 2, sentAtMs: 8, references: ['<0>'] }, { uid: 3, sentAtMs: 2, references: ['<0>'] }),
    '((3)(2))(1)',
  )
})

test('[C7] ORDEREDSUBJECT: one thread for each subject, the first message above all others', () => {
  const given = [
    { uid: 1, baseSubject: 'B', sentAtMs: 5 },
    { uid: 2, baseSubject: 'A', sentAtMs: 1 },
    { uid: 3, baseSubject: 'A', sentAtMs: 9 },
    { uid: 4, baseSubject: 'A', sentAtMs: 4 },
    { uid: 5, baseSubject: 'B', sentAtMs: 6 },
  ].map(message)
  assert.equal(formatThreads(threadBySubject(given)), '(2 (4)(3))(1 5)')
  assert.equal(formatThreads([]), '')
})

test('[C8] threads are written as the RFC shows them, however long the chain', () => {
  const node = (uid: number | undefined, ...children: ThreadNode[]): ThreadNode => ({
    ...(uid === undefined ? {} : { uid }),
    children,
  })
  const example = [node(2), node(3, node(6, node(4, node(23)), node(44, node(7, node(96)))))]
  assert.equal(formatThreads(example), '(2)(3 6 (4 23)(44 7 96))')
  assert.equal(formatThreads([node(undefined, node(3), node(5, node(6)))]), '((3)(5 6))')
  assert.equal(
    formatThreads(example, (uid) => uid + 100),
    '(102)(103 106 (104 123)(144 107 196))',
  )
  const chain = Array.from({ length: 20_000 }, (_, i) => ({ uid: i + 1, references: i === 0 ? [] : [`<${i}>`] }))
  assert.ok(threads(...chain).startsWith('(1 2 3 4 '))
  assert.ok(threads(...chain.reverse()).startsWith('(1 2 3 4 '))
})

test('[C9] any messages: every one stands in the threads exactly once', () => {
  const id = fc.constantFrom('<1>', '<2>', '<3>', '<4>', '<5>', '<x>')
  const given = fc.record({
    messageId: fc.option(id, { nil: undefined }),
    references: fc.array(id, { maxLength: 4 }),
    inReplyTo: fc.array(id, { maxLength: 2 }),
    baseSubject: fc.constantFrom('', 'A', 'B'),
    isReply: fc.boolean(),
    sentAtMs: fc.nat(3),
  })
  fc.assert(
    fc.property(fc.array(given, { maxLength: 9 }), (all) => {
      const messages = all.map((rest, i) => ({ uid: i + 1, ...rest }))
      for (const text of [formatThreads(threadByReferences(messages)), formatThreads(threadBySubject(messages))]) {
        const uids = [...text.matchAll(/\d+/g)].map(Number).sort((a, b) => a - b)
        assert.deepEqual(
          uids,
          messages.map(({ uid }) => uid),
          text,
        )
      }
    }),
    { numRuns: 1000 },
  )
})
