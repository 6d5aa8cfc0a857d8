// Searches as they are planned against searches without any plan, over random trees of keys.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { SearchKey } from '../../../mail/protocol/imap/imap.ts'
import { TestClient } from './testing/client.ts'
import { dateText, FIRST_DAY, isFound, keyText, letter, type Numbered } from './testing/letters.ts'
import { startImap, type TestImapOptions } from './testing/server.ts'

const LETTERS = 60

async function filled(
  t: TestContext,
  options: TestImapOptions = {},
): Promise<{ readonly client: TestClient; readonly messages: readonly Numbered[] }> {
  const server = await startImap(t, options)
  const client = await TestClient.loggedIn(server.port)
  for (let n = 0; n < LETTERS; n++) {
    const { flags, date, source } = letter(n)
    const when = `${dateText(date.day).padStart(11)} ${date.time} ${date.zone}`
    assert.match(await client.append(`INBOX (${flags.join(' ')}) "${when}"`, source), /^OK/)
  }
  await client.ok('SELECT INBOX')
  // Some leave, so that numbers and uids differ.
  await client.ok('STORE 7,20:22,55 +FLAGS.SILENT (\\Deleted)')
  await client.ok('EXPUNGE')
  const lines = await client.ok('FETCH 1:* (UID MODSEQ)')
  return { client, messages: lines.filter((line) => line.includes(' FETCH ')).map(numbered) }
}

function numbered(line: string): Numbered {
  const [, sequence, uid, modseq] = (/^(\d+) FETCH \(UID (\d+) MODSEQ \((\d+)\)\)/.exec(line) ?? []).map(Number)
  return { sequence: sequence ?? 0, uid: uid ?? 0, modseq: modseq ?? 0, letter: letter((uid ?? 0) - 1) }
}

const VALUES = [
  'garden',
  'GARDEN NEEDS',
  'water before',
  'grüße',
  'GRÜSSE',
  'GRÜßE',
  'MÜNCHEN',
  'привет',
  'wasserhahn',
  'color',
  'café',
  'CAFÉ AT NOON',
  'monday',
  'example.org>',
  'jörg <',
  'ann example',
  '7.letter',
  'no. 1',
  'seam',
  'x-number: no',
  '',
]
const value = fc.constantFrom(...VALUES)
const day = fc.integer({ min: FIRST_DAY - 1, max: FIRST_DAY + 13 })
const is = fc.constantFrom('before' as const, 'on' as const, 'since' as const)
const ranges = fc.array(fc.record({ from: fc.integer({ min: 1, max: 55 }), to: fc.integer({ min: 1, max: 55 }) }), {
  minLength: 1,
  maxLength: 3,
})
const names = ['subject', 'from', 'to', 'cc', 'bcc', 'message-id', 'in-reply-to', 'x-number', 'x-empty', 'delivered-to', 'date']

const leaf: fc.Arbitrary<SearchKey> = fc.oneof(
  fc.constant<SearchKey>({ type: 'all' }),
  ranges.map((set): SearchKey => ({ type: 'uid', set: { type: 'ranges', ranges: set } })),
  ranges.map((set): SearchKey => ({ type: 'sequence', set: { type: 'ranges', ranges: set } })),
  fc.record({ bit: fc.constantFrom(1, 4), present: fc.boolean() }).map((flag): SearchKey => ({ type: 'flag', ...flag })),
  fc.boolean().map((present): SearchKey => ({ type: 'keyword', keyword: 'wORK', present })),
  fc.integer({ min: 1, max: 70 }).map((modseq): SearchKey => ({ type: 'modseq', modseq })),
  fc
    .record({ of: fc.constantFrom('internal' as const, 'sent' as const), is, day })
    .map((date): SearchKey => ({ type: 'date', ...date })),
  fc
    .record({ is: fc.constantFrom('larger' as const, 'smaller' as const), octets: fc.integer({ min: 300, max: 800 }) })
    .map((size): SearchKey => ({ type: 'size', ...size })),
  fc.record({ name: fc.constantFrom(...names), value }).map((header): SearchKey => ({ type: 'header', ...header })),
  value.map((text): SearchKey => ({ type: 'body', value: text })),
  value.map((text): SearchKey => ({ type: 'text', value: text })),
)

const key: fc.Arbitrary<SearchKey> = fc.letrec<{ key: SearchKey }>((tie) => ({
  key: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('key'), { minLength: 2, maxLength: 3 }).map((keys): SearchKey => ({ type: 'and', keys })),
    fc.record({ left: tie('key'), right: tie('key') }).map((both): SearchKey => ({ type: 'or', ...both })),
    tie('key').map((inner): SearchKey => ({ type: 'not', key: inner })),
  ),
})).key

async function compare({ client, messages }: Awaited<ReturnType<typeof filled>>, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(key, fc.boolean(), async (wanted, byUid) => {
      const command = `${byUid ? 'UID ' : ''}SEARCH CHARSET UTF-8 ${keyText(wanted)}`
      const [line = ''] = await client.ok(command)
      const found = messages.filter((message) => isFound(message, wanted))
      const numbers = found.map(({ uid, sequence }) => (byUid ? uid : sequence))
      assert.deepEqual((line.replace(/ \(MODSEQ.*/, '').match(/\d+/g) ?? []).map(Number), numbers, command)
    }),
    { numRuns },
  )
}

test('[Q1] a search finds what it would find without a plan', async (t) => {
  await compare(await filled(t), 150)
})

test('[Q1] [Q10] so it does where nothing can be kept in memory', async (t) => {
  await compare(await filled(t, { factsOctetsMax: 1 }), 50)
})
