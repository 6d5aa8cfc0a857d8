// SEARCH over real sockets and a real store. Rules [Q…] are those of SEARCH.md.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FACTS_PAGE_MESSAGES } from './limits.ts'
import { TestClient } from './testing/client.ts'
import { startImap } from './testing/server.ts'

async function holding(t: Parameters<typeof startImap>[0], messages: readonly (string | Uint8Array)[]): Promise<TestClient> {
  const server = await startImap(t)
  for (const message of messages) await server.deliver(message)
  return await TestClient.selected(server.port)
}

/** The numbers a search answers. */
async function search(client: TestClient, keys: string): Promise<readonly number[]> {
  const lines = await client.ok(`SEARCH ${keys}`)
  const line = lines.find((one) => one.startsWith('SEARCH'))
  return (line?.match(/\d+/g) ?? []).map(Number)
}

test('[Q2] trap 41: a text is found inside words, without regard to case, in what is decoded', async (t) => {
  const client = await holding(t, [
    'From: =?utf-8?Q?J=C3=B6rg_M=C3=BCller?= <joerg@example.org>\r\nSubject: =?utf-8?B?w4RyZ2VyIG1pdA==?=\r\n =?utf-8?B?IGRlciBCYWhu?=\r\n\r\nx\r\n',
    'From: <b@example.org>\r\nSubject: no\r\nContent-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: base64\r\n\r\n8NLJ18XU\r\n',
    'Subject: html\r\nContent-Type: text/html\r\n\r\n<style>hidden</style><p>vis<b>ib</b>le&nbsp;words<br>here</p>\r\n',
  ])
  assert.deepEqual(await search(client, 'CHARSET UTF-8 SUBJECT "RGER MIT DER"'), [1])
  assert.deepEqual(await search(client, 'CHARSET UTF-8 SUBJECT "ÄRG"'), [1])
  assert.deepEqual(await search(client, 'CHARSET UTF-8 FROM "örg MÜLLER <joerg"'), [1])
  assert.deepEqual(await search(client, 'CHARSET UTF-8 BODY "РИВЕ"'), [2])
  assert.deepEqual(await search(client, 'BODY "visible words here"'), [3])
  assert.deepEqual(await search(client, 'OR BODY hidden BODY style'), [])
})

test('[Q3] trap 41: dates are those that stand there, in their own zones', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.loggedIn(server.port)
  const letter = (date: string): string => `Subject: x\r\n${date}\r\nbody\r\n`
  // 2024-01-01 in Greenwich, the next day where it was received and the day before where it was sent.
  await client.append('INBOX " 2-Jan-2024 02:00:00 +0900"', letter('Date: Sun, 31 Dec 2023 22:00:00 -0800\r\n'))
  await client.append('INBOX "31-Dec-2023 20:00:00 -0900"', letter('Date: nonsense\r\n'))
  await client.append('INBOX "31-Dec-2023 20:00:00 -0900"', letter(''))
  await client.ok('SELECT INBOX')
  assert.deepEqual(await search(client, 'ON 2-Jan-2024'), [1])
  assert.deepEqual(await search(client, 'BEFORE 1-Jan-2024'), [2, 3])
  assert.deepEqual(await search(client, 'SINCE 1-Jan-2024'), [1])
  assert.deepEqual(await search(client, 'SENTON 31-Dec-2023'), [1])
  assert.deepEqual(await search(client, 'SENTBEFORE 31-Dec-2023'), [])
  assert.deepEqual(await search(client, 'NOT SENTSINCE 1-Jan-1990'), [2, 3])
  assert.deepEqual(await search(client, 'SAVEDSINCE 1-Jan-2020 SAVEDATESUPPORTED'), [1, 2, 3])
  assert.deepEqual(await search(client, 'YOUNGER 3600'), [])
  assert.deepEqual(await search(client, 'OLDER 3600'), [1, 2, 3])
})

test('[Q4] trap 41: HEADER with an empty text asks whether the field is there', async (t) => {
  const client = await holding(t, [
    'Subject:\r\nX-Spam: yes\r\nCc: \r\n\r\nx\r\n',
    'Subject: x\r\nx-spam:\r\nCc: a@example.org\r\n\r\nx\r\n',
    'To: b@example.org\r\n\r\nx\r\n',
  ])
  assert.deepEqual(await search(client, 'HEADER X-Spam ""'), [1, 2])
  assert.deepEqual(await search(client, 'HEADER x-spam yes'), [1])
  assert.deepEqual(await search(client, 'SUBJECT ""'), [1, 2])
  assert.deepEqual(await search(client, 'CC ""'), [1, 2])
  assert.deepEqual(await search(client, 'NOT TO ""'), [1, 2])
})

test('[Q5] trap 42: what the session was not told of is not found, nor what is gone', async (t) => {
  const server = await startImap(t)
  for (const n of [1, 2, 3]) await server.deliver(`Subject: ${n}\r\n\r\nbody\r\n`)
  const client = await TestClient.selected(server.port)
  const other = await TestClient.selected(server.port)
  await server.deliver('Subject: 4\r\n\r\nbody\r\n')
  assert.deepEqual((await client.ok('SEARCH ALL')).slice(0, 2), ['SEARCH 1 2 3', '4 EXISTS'])
  await other.ok('STORE 2 +FLAGS (\\Deleted)')
  await other.ok('EXPUNGE')
  assert.deepEqual(await search(client, 'NOT SUBJECT 9'), [1, 3, 4])
  assert.deepEqual(await search(client, 'NOT BODY nothing'), [1, 3, 4])
  await client.ok('NOOP')
  assert.deepEqual(await search(client, 'NOT SUBJECT 9'), [1, 2, 3])
})

test('[Q5] trap 42: $ is what was saved, less what is gone; a search may use it and save anew', async (t) => {
  const client = await holding(
    t,
    [1, 2, 3, 4].map((n) => `Subject: ${n % 2}\r\n\r\nbody\r\n`),
  )
  assert.deepEqual(await client.ok('SEARCH RETURN (SAVE) SUBJECT 1'), [])
  assert.deepEqual(await search(client, '$'), [1, 3])
  await client.ok('UID SEARCH RETURN (SAVE) UID $ UID 3:4')
  assert.deepEqual(await search(client, '$'), [3])
  await client.refused('SEARCH RETURN (SAVE) 9', /^BAD/)
  assert.deepEqual(await search(client, '$'), [3])
  await client.ok('STORE $ +FLAGS.SILENT (\\Deleted)')
  await client.ok('EXPUNGE')
  assert.deepEqual(await search(client, '$'), [])
})

test('[Q6] trap 43: results in the forms of RFC 4731, RFC 9394 and IMAP4rev2, also when nothing is found', async (t) => {
  const client = await holding(
    t,
    [1, 2, 3, 4].map((n) => `Subject: ${n}\r\n\r\nbody\r\n`),
  )
  assert.deepEqual(await client.ok('SEARCH SUBJECT 9'), ['SEARCH'])
  const answer = async (command: string): Promise<string> => (await client.ok(command)).join().replace(/\(TAG "\w+"\)/, 'T')
  assert.equal(await answer('SEARCH RETURN () SUBJECT 9'), 'ESEARCH T')
  assert.equal(await answer('UID SEARCH RETURN (MIN MAX COUNT) NOT SUBJECT 3'), 'ESEARCH T UID MIN 1 MAX 4 COUNT 3')
  assert.equal(await answer('SEARCH RETURN (PARTIAL -1:-2) ALL'), 'ESEARCH T PARTIAL (-1:-2 3:4)')
  assert.equal(await answer('SEARCH RETURN (PARTIAL 9:12 COUNT) ALL'), 'ESEARCH T PARTIAL (9:12 NIL) COUNT 4')
  await client.ok('STORE 1 +FLAGS (\\Seen)')
  assert.match(await answer('SEARCH RETURN (MIN) MODSEQ 1'), /ESEARCH T MIN 1 MODSEQ 6$/)
  assert.match(await answer('SEARCH RETURN (MAX) MODSEQ 1'), /^ESEARCH T MAX 4 MODSEQ 5$/)
  await client.ok('ENABLE IMAP4rev2')
  assert.equal(await answer('UID SEARCH SUBJECT 9'), 'ESEARCH T UID')
})

test('[Q7] trap 41: a charset that nobody knows is BADCHARSET', async (t) => {
  const client = await holding(t, ['Subject: x\r\n\r\nbody\r\n'])
  await client.refused('SEARCH CHARSET x-unheard SUBJECT x', /^NO \[BADCHARSET /)
  await client.refused('SORT (DATE) x-unheard ALL', /^NO \[BADCHARSET /)
  await client.refused('SEARCH 2', /^BAD /)
})

test('[Q8] a text is found wherever in a large part it stands, and header fields of the parts inside', async (t) => {
  const line = `${'so it goes on and on and never comes to an end '.repeat(2)}\r\n`
  const long = line.repeat(9000)
  const html = `<p>${'<i>a</i> <a href="b">c</a>'.repeat(30_000)}</p>`
  const inner = 'From: inner@example.org\r\nSubject: forwarded\r\n\r\nthe inner letter\r\n'
  const boundary = '--b\r\n'
  const client = await holding(t, [
    `Subject: 1\r\n\r\n${long}here the need\r\nle stands\r\n${long}`,
    `Subject: 2\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${boundary}Content-Type: text/html\r\n\r\n${html}the end\r\n` +
      `${boundary}Content-Type: message/rfc822\r\n\r\n${inner}${boundary}Content-Disposition: attachment; filename="plan.txt"\r\n` +
      `Content-Transfer-Encoding: base64\r\n\r\n${Buffer.from(`${long}a plan`).toString('base64')}\r\n--b--\r\n`,
  ])
  assert.deepEqual(await search(client, 'BODY "here the need le stands on"'), [])
  assert.deepEqual(await search(client, 'BODY "here the need le stands so it"'), [1])
  assert.deepEqual(await search(client, 'BODY "ca ca c the end"'), [2])
  assert.deepEqual(await search(client, 'BODY "href"'), [])
  assert.deepEqual(await search(client, 'TEXT "the inner letter" BODY inner@ BODY plan.txt BODY "a plan"'), [2])
  assert.deepEqual(await search(client, 'SUBJECT forwarded'), [])
})

test('[Q9] a search in many contents lets other sessions have their turn', async (t) => {
  let turns = 0
  let now = 0
  const server = await startImap(t, {
    // A clock that runs fast, so that every pause is one.
    wrapClock: (clock) => ({
      ...clock,
      now: () => clock.now(),
      after: (ms, run) => clock.after(ms, run),
      monotonic: () => (now += 10),
      sleep: (ms, signal) => {
        turns++
        return clock.sleep(ms, signal)
      },
    }),
  })
  for (let n = 0; n < 20; n++) await server.deliver('Subject: x\r\n\r\nbody\r\n')
  const client = await TestClient.selected(server.port)
  turns = 0
  await client.ok('SEARCH BODY nothing')
  assert.ok(turns >= 20, `${turns} turns`)
})

test('[Q10] what is kept in memory of a mailbox follows it: mail comes, mail goes, pages fill', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.selected(server.port)
  const deliver = async (from: number, to: number): Promise<void> => {
    for (let n = from; n <= to; n++) await server.deliver(`Subject: letter ${n}.\r\n\r\nbody\r\n`)
    await client.ok('NOOP')
  }
  const uids = async (keys: string): Promise<string> => (await client.ok(`UID SEARCH ${keys}`))[0] ?? ''
  const size = FACTS_PAGE_MESSAGES
  await deliver(1, 20)
  assert.equal(await uids('SUBJECT "letter 17."'), 'SEARCH 17')
  await deliver(21, size + 30)
  assert.equal(await uids('SUBJECT "letter 17."'), 'SEARCH 17')
  assert.equal(await uids(`SUBJECT "letter ${size + 29}."`), `SEARCH ${size + 29}`)
  await client.ok(`STORE 10:${size + 5} +FLAGS.SILENT (\\Deleted)`)
  await client.ok('EXPUNGE')
  assert.equal(await uids('SUBJECT "letter 17."'), 'SEARCH')
  assert.equal(await uids('SUBJECT "letter 9."'), 'SEARCH 9')
  await deliver(size + 31, size + 40)
  assert.equal(await uids(`SUBJECT "${size + 35}."`), `SEARCH ${size + 35}`)
  assert.equal((await client.ok('UID SORT (REVERSE SUBJECT) UTF-8 SUBJECT letter'))[0]?.split(' ').length, 9 + 25 + 10 + 1)
})

test('[Q11] EMAILID and THREADID are compared as they are', async (t) => {
  const server = await startImap(t)
  const id = await server.deliver('Subject: x\r\n\r\nbody\r\n')
  await server.deliver('Subject: y\r\n\r\nbody\r\n')
  const client = await TestClient.selected(server.port)
  assert.deepEqual(await search(client, `EMAILID ${id}`), [1])
  assert.deepEqual(await search(client, `EMAILID ${id.slice(0, -1)}`), [])
  assert.deepEqual(await search(client, `NOT EMAILID ${id}`), [2])
  assert.deepEqual(await search(client, 'THREADID T1'), [])
})
