// SORT and THREAD over real sockets and a real store. Rules [O…] are those of SEARCH.md.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FACTS_PAGE_MESSAGES } from './limits.ts'
import { TestClient } from './testing/client.ts'
import { startImap, type TestImap } from './testing/server.ts'

interface Letter {
  readonly fields: readonly string[]
  readonly arrived?: string
  readonly body?: string
}

async function holding(t: Parameters<typeof startImap>[0], letters: readonly Letter[]): Promise<TestClient> {
  const server = await startImap(t)
  const client = await TestClient.loggedIn(server.port)
  for (const { fields, arrived = ' 1-Jan-2024 12:00:00 +0000', body = 'x' } of letters) {
    const message = `${fields.map((field) => `${field}\r\n`).join('')}\r\n${body}\r\n`
    assert.match(await client.append(`INBOX "${arrived}"`, message), /^OK/)
  }
  await client.ok('SELECT INBOX')
  return client
}

async function sorted(client: TestClient, criteria: string, keys = 'ALL'): Promise<string> {
  const lines = await client.ok(`SORT (${criteria}) UTF-8 ${keys}`)
  return lines.find((line) => line.startsWith('SORT')) ?? ''
}

test('[O1] trap 45: base subjects, mailboxes and display names are compared by i;unicode-casemap', async (t) => {
  const client = await holding(t, [
    { fields: ['Subject: Re: [list] Zebra', 'From: Zoe <b@example.org>', 'To: x@example.org', 'Cc: b@x'] },
    { fields: ['Subject: =?utf-8?Q?=C3=A4pfel?=', 'From: "anna" <C@example.com>', 'To: Ann <y@example.org>'] },
    { fields: ['Subject: Fwd: apple', 'From: a@example.net', 'Cc: A@y'] },
    { fields: ['From: =?utf-8?Q?=C3=84nne?= <d@example.net>', 'To: B <a@example.org>'] },
  ])
  assert.equal(await sorted(client, 'SUBJECT'), 'SORT 4 3 2 1')
  assert.equal(await sorted(client, 'FROM'), 'SORT 3 1 2 4')
  assert.equal(await sorted(client, 'DISPLAYFROM'), 'SORT 3 2 4 1')
  assert.equal(await sorted(client, 'TO'), 'SORT 3 4 1 2')
  assert.equal(await sorted(client, 'DISPLAYTO'), 'SORT 3 2 4 1')
  assert.equal(await sorted(client, 'CC'), 'SORT 2 4 3 1')
})

test('[O2] trap 45: equals stand in the order of the mailbox, also in reverse; DATE falls back to the arrival', async (t) => {
  const client = await holding(t, [
    {
      fields: ['Date: Mon, 1 Jan 2024 12:00:00 +0000', 'Subject: a'],
      arrived: ' 5-Jan-2024 12:00:00 +0000',
      body: 'long'.repeat(9),
    },
    { fields: ['Subject: a'], arrived: '31-Dec-2023 12:00:00 +0000' },
    { fields: ['Date: Mon, 1 Jan 2024 12:00:00 +0000', 'Subject: b'], arrived: ' 5-Jan-2024 12:00:00 +0000' },
    { fields: ['Date: Mon, 1 Jan 2024 12:30:00 +0100', 'Subject: a'], arrived: ' 4-Jan-2024 23:00:00 -0500' },
  ])
  assert.equal(await sorted(client, 'DATE'), 'SORT 2 4 1 3')
  assert.equal(await sorted(client, 'REVERSE DATE'), 'SORT 1 3 4 2')
  assert.equal(await sorted(client, 'ARRIVAL'), 'SORT 2 4 1 3')
  assert.equal(await sorted(client, 'SUBJECT REVERSE DATE'), 'SORT 1 4 2 3')
  assert.equal(await sorted(client, 'REVERSE SIZE'), 'SORT 1 3 4 2')
  assert.equal(await sorted(client, 'SUBJECT', 'SUBJECT nothing'), 'SORT')
  assert.equal(await sorted(client, 'ARRIVAL', '2:3'), 'SORT 2 3')
})

test('[O2] criteria whose values are far apart', async (t) => {
  const client = await holding(t, [
    { fields: ['Date: Mon, 1 Jan 2024 12:00:00 +0000'], arrived: ' 5-Jan-2024 12:00:00 +0000', body: 'x'.repeat(5000) },
    { fields: ['Date: Mon, 1 Jan 2024 12:00:00 +0000'], arrived: ' 5-Jan-1985 12:00:00 +0000' },
    { fields: ['Date: Thu, 1 Jan 1970 12:00:00 +0000'], arrived: ' 5-Jan-2024 12:00:00 +0000' },
    { fields: ['Date: Mon, 1 Jan 2024 12:00:00 +0000'], arrived: ' 5-Jan-2024 12:00:00 +0000' },
    { fields: ['Date: Mon, 1 Jan 2024 12:00:00 +0000'], arrived: ' 5-Jan-1985 12:00:00 +0000' },
  ])
  assert.equal(await sorted(client, 'DATE'), 'SORT 3 1 2 4 5')
  assert.equal(await sorted(client, 'REVERSE DATE ARRIVAL'), 'SORT 2 5 1 4 3')
  assert.equal(await sorted(client, 'DATE ARRIVAL SIZE'), 'SORT 3 2 5 4 1')
})

test('[O3] RFC 5267 §3: sorted results in the forms of ESEARCH; what is saved of them is a set', async (t) => {
  const client = await holding(
    t,
    ['c', 'a', 'b'].map((subject) => ({ fields: [`Subject: ${subject}`] })),
  )
  const answer = async (command: string): Promise<string> => (await client.ok(command)).join().replace(/\(TAG "\w+"\)/, 'T')
  assert.equal(
    await answer('UID SORT RETURN (MIN MAX ALL COUNT) (SUBJECT) UTF-8 ALL'),
    'ESEARCH T UID MIN 2 MAX 1 ALL 2:3,1 COUNT 3',
  )
  assert.equal(await answer('SORT RETURN (PARTIAL 2:3) (SUBJECT) UTF-8 ALL'), 'ESEARCH T PARTIAL (2:3 3,1)')
  await client.ok('SORT RETURN (SAVE) (SUBJECT) UTF-8 NOT SUBJECT b')
  assert.deepEqual(await client.ok('FETCH $ UID'), ['1 FETCH (UID 1)', '2 FETCH (UID 2)'])
})

test('[O4] trap 44: threads by references and by subject', async (t) => {
  const reply = (n: number, to: string, subject = 'Re: one'): Letter => ({
    fields: [`Subject: ${subject}`, `Message-ID: <${n}@x>`, `References: ${to}`, `Date: Mon, 1 Jan 2024 12:00:0${n} +0000`],
  })
  const client = await holding(t, [
    { fields: ['Subject: one', 'Message-ID: <1@x>', 'Date: Mon, 1 Jan 2024 12:00:00 +0000'] },
    reply(2, '<1@x>'),
    reply(3, '<1@x> <2@x>'),
    reply(4, '<1@x>'),
    reply(5, '<gone@x>', 'two'),
    reply(6, '<gone@x>', 'three'),
    // A loop, and an identifier that stands twice.
    { fields: ['Subject: four', 'Message-ID: <7@x>', 'References: <7@x>', 'Date: Mon, 1 Jan 2024 12:00:07 +0000'] },
    { fields: ['Subject: five', 'Message-ID: <7@x>', 'Date: Mon, 1 Jan 2024 12:00:08 +0000'] },
  ])
  assert.deepEqual(await client.ok('UID THREAD REFERENCES UTF-8 ALL'), ['THREAD (1 (2 3)(4))((5)(6))(7)(8)'])
  assert.deepEqual(await client.ok('THREAD ORDEREDSUBJECT UTF-8 ALL'), ['THREAD (1 (2)(3)(4))(5)(6)(7)(8)'])
  assert.deepEqual(await client.ok('THREAD REFERENCES UTF-8 2:4'), ['THREAD ((2 3)(4))'])
  assert.deepEqual(await client.ok('THREAD REFERENCES UTF-8 SUBJECT nothing'), ['THREAD'])
  await client.ok('STORE 1 +FLAGS.SILENT (\\Deleted)')
  await client.ok('EXPUNGE')
  assert.deepEqual(await client.ok('UID THREAD REFERENCES UTF-8 ALL'), ['THREAD ((2 3)(4))((5)(6))(7)(8)'])
  assert.deepEqual(await client.ok('THREAD REFERENCES UTF-8 ALL'), ['THREAD ((1 2)(3))((4)(5))(6)(7)'])
  await client.refused('THREAD REFS UTF-8 ALL', /^BAD/)
})

for (const factsOctetsMax of [1, 100_000, 10_000_000])
  test(`[O5] [Q10] the order holds for mail that comes little by little, with ${factsOctetsMax} octets of memory`, async (t) => {
    await littleByLittle(await startImap(t, { factsOctetsMax }))
  })

async function littleByLittle(server: TestImap): Promise<void> {
  const client = await TestClient.selected(server.port)
  const subjects: string[] = []
  const letters = fc.sample(fc.string({ minLength: 1, maxLength: 2, unit: fc.constantFrom(...'abcXYZäÖ') }), {
    numRuns: FACTS_PAGE_MESSAGES + 100,
    seed: 5,
  })
  for (const [n, subject] of letters.entries()) {
    subjects.push(subject)
    await server.deliver(
      `Subject: =?utf-8?B?${Buffer.from(subject).toString('base64')}?=\r\nFrom: ${'abc'[n % 3]}@x\r\n\r\n${'x'.repeat(n % 50)}\r\n`,
    )
    if (n % 90 !== 89 && n !== letters.length - 1) continue
    await client.ok('NOOP')
    const key = (uid: number): string => (subjects[uid - 1] ?? '').toUpperCase().normalize('NFKD')
    const byKey = (a: number, b: number): number => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)
    const uids = subjects.map((_, i) => i + 1)
    const bySubject = uids.toSorted((a, b) => byKey(a, b) || a - b)
    assert.equal((await client.ok('UID SORT (SUBJECT) UTF-8 ALL'))[0], `SORT ${bySubject.join(' ')}`)
    const found = (await client.ok('UID SORT (REVERSE FROM SUBJECT SIZE) UTF-8 ALL'))[0]
    const sizes = (await client.ok('UID FETCH 1:* RFC822.SIZE')).map((line) => Number(/SIZE (\d+)/.exec(line)?.[1]))
    const exact = uids.toSorted(
      (a, b) => ((b - 1) % 3) - ((a - 1) % 3) || byKey(a, b) || (sizes[a - 1] ?? 0) - (sizes[b - 1] ?? 0) || a - b,
    )
    assert.equal(found, `SORT ${exact.join(' ')}`)
  }
}
