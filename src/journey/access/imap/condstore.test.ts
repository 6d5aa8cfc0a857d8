// Mod-sequences (CONDSTORE) and quick resynchronisation (QRESYNC), RFC 7162. Rules [M…] are those of SPEC.md.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClient } from './testing/client.ts'
import { startImap, type TestImap } from './testing/server.ts'

const MAIL = 'Subject: x\r\n\r\nbody\r\n'

async function withMail(server: TestImap, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await server.deliver(MAIL)
}

test('[M1] trap 12: any command that shows an interest turns MODSEQ on for good', async (t) => {
  const server = await startImap(t)
  await withMail(server, 1)
  const enabling = [
    ['ENABLE CONDSTORE', 'SELECT INBOX'],
    ['SELECT INBOX (CONDSTORE)'],
    ['STATUS INBOX (HIGHESTMODSEQ)', 'SELECT INBOX'],
    ['SELECT INBOX', 'FETCH 1 MODSEQ'],
    ['SELECT INBOX', 'SEARCH MODSEQ 1'],
    ['SELECT INBOX', 'STORE 1 (UNCHANGEDSINCE 1) +FLAGS (\\Draft)'],
    ['SELECT INBOX', 'FETCH 1 FLAGS (CHANGEDSINCE 1)'],
  ]
  for (const commands of enabling) {
    const client = await TestClient.loggedIn(server.port)
    for (const command of commands) await client.ok(command)
    const [told = ''] = await client.ok('STORE 1 +FLAGS (\\Flagged)')
    assert.match(told, / MODSEQ \(\d+\)\)$/, commands.join(', '))
    client.hangUp()
  }
  const plain = await TestClient.selected(server.port)
  const [told = ''] = await plain.ok('STORE 1 +FLAGS (\\Flagged)')
  assert.doesNotMatch(told, /MODSEQ/)
})

test('[M2] trap 14: HIGHESTMODSEQ in SELECT, when it is turned on later, and after EXPUNGE', async (t) => {
  const server = await startImap(t)
  await withMail(server, 2)
  const client = await TestClient.loggedIn(server.port)
  assert.ok((await client.ok('SELECT INBOX')).some((line) => line.startsWith('OK [HIGHESTMODSEQ 3]')))
  const [enabled, highest = ''] = await client.ok('ENABLE CONDSTORE')
  assert.equal(enabled, 'ENABLED CONDSTORE')
  assert.match(highest, /^OK \[HIGHESTMODSEQ 3\]/)
  await client.ok('STORE 1 +FLAGS.SILENT (\\Deleted)')
  assert.match((await client.ask('EXPUNGE')).tagged, /^OK \[HIGHESTMODSEQ 5\]/)
  await client.ok('STORE 1 +FLAGS.SILENT (\\Deleted)')
  assert.match((await client.ask('CLOSE')).tagged, /^OK \[HIGHESTMODSEQ 7\]/)
})

test('[M3] trap 9: what two sessions add at once is both there', async (t) => {
  const server = await startImap(t)
  await withMail(server, 1)
  const ann = await TestClient.selected(server.port)
  const bob = await TestClient.selected(server.port)
  await Promise.all([ann.ok('STORE 1 +FLAGS.SILENT (\\Flagged one)'), bob.ok('STORE 1 +FLAGS.SILENT (\\Answered two)')])
  const [line = ''] = await (await TestClient.selected(server.port)).ok('FETCH 1 FLAGS')
  for (const flag of ['\\Flagged', '\\Answered', 'one', 'two']) assert.ok(line.includes(flag), line)
})

test('[M4] trap 10: .SILENT keeps quiet of what was asked, not of what others changed in the same moment', async (t) => {
  let meanwhile = async (): Promise<unknown> => undefined
  const server = await startImap(t, {
    wrapStore: (store) => ({
      ...{
        all: store.all.bind(store),
        first: store.first.bind(store),
        query: store.query.bind(store),
        close: () => store.close(),
      },
      call: async (procedure, args) => {
        const first = meanwhile
        meanwhile = async () => undefined
        if (procedure.name === 'mailbox.storeFlags') await first()
        return await store.call(procedure, args)
      },
    }),
  })
  await withMail(server, 1)
  const ann = await TestClient.selected(server.port)
  const bob = await TestClient.selected(server.port)
  assert.deepEqual(await ann.ok('STORE 1 +FLAGS.SILENT (\\Flagged)'), [])
  assert.deepEqual(await ann.ok('NOOP'), [])
  meanwhile = () => bob.ok('STORE 1 +FLAGS.SILENT (\\Answered)')
  assert.deepEqual(await ann.ok('STORE 1 +FLAGS.SILENT (\\Draft)'), [
    '1 FETCH (UID 1 FLAGS (\\Answered \\Flagged \\Draft \\Recent))',
  ])
  await ann.ok('ENABLE CONDSTORE')
  assert.deepEqual(await ann.ok('STORE 1 -FLAGS.SILENT (\\Draft)'), ['1 FETCH (UID 1 MODSEQ (6))'])
})

test('[M5] trap 11: UNCHANGEDSINCE leaves alone what changed, names it, and is OK', async (t) => {
  const server = await startImap(t)
  await withMail(server, 3)
  const ann = await TestClient.selected(server.port)
  const bob = await TestClient.selected(server.port)
  await bob.ok('STORE 2 +FLAGS.SILENT (\\Flagged)')
  const byNumber = await ann.ask('STORE 1:3 (UNCHANGEDSINCE 4) +FLAGS.SILENT (\\Seen)')
  assert.match(byNumber.tagged, /^OK \[MODIFIED 2\]/)
  assert.deepEqual(byNumber.untagged.slice(1), [
    '2 FETCH (UID 2 FLAGS (\\Flagged \\Recent) MODSEQ (5))',
    '1 FETCH (UID 1 MODSEQ (6))',
    '3 FETCH (UID 3 MODSEQ (6))',
  ])
  const byUid = await ann.ask('UID STORE 1,2 (UNCHANGEDSINCE 5) +FLAGS (\\Answered)')
  assert.match(byUid.tagged, /^OK \[MODIFIED 1\]/)
  assert.deepEqual(byUid.untagged, ['2 FETCH (UID 2 FLAGS (\\Answered \\Flagged \\Recent) MODSEQ (7))'])
  assert.deepEqual(await ann.ok('SEARCH FLAGGED ANSWERED'), ['SEARCH 2'])
  const never = await ann.ask('STORE 1 (UNCHANGEDSINCE 0) +FLAGS (\\Draft)')
  assert.match(never.tagged, /^OK \[MODIFIED 1\]/)
})

test('[M6] CHANGEDSINCE tells what changed, with its MODSEQ; SEARCH MODSEQ the greatest', async (t) => {
  const server = await startImap(t)
  await withMail(server, 3)
  const client = await TestClient.selected(server.port)
  await client.ok('STORE 2 +FLAGS.SILENT (\\Flagged)')
  assert.deepEqual((await client.ok('FETCH 1:* (FLAGS) (CHANGEDSINCE 3)')).slice(1), [
    '2 FETCH (FLAGS (\\Flagged \\Recent) MODSEQ (5))',
    '3 FETCH (FLAGS (\\Recent) MODSEQ (4))',
  ])
  assert.deepEqual(await client.ok('SEARCH MODSEQ 3'), ['SEARCH 2 3 (MODSEQ 5)'])
  assert.deepEqual(await client.ok('UID SEARCH RETURN (COUNT) MODSEQ 5'), ['ESEARCH (TAG "t6") UID COUNT 1 MODSEQ 5'])
})

test('[M7] trap 15: after ENABLE QRESYNC, VANISHED takes the place of EXPUNGE', async (t) => {
  const server = await startImap(t)
  await withMail(server, 5)
  const ann = await TestClient.loggedIn(server.port)
  assert.deepEqual(await ann.ok('ENABLE QRESYNC'), ['ENABLED QRESYNC'])
  await ann.ok('SELECT INBOX')
  const bob = await TestClient.selected(server.port)
  await bob.ok('STORE 1,3:4 +FLAGS.SILENT (\\Deleted)')
  await bob.ok('EXPUNGE')
  assert.deepEqual(await ann.ok('NOOP'), ['VANISHED 1,3:4'])
  await ann.ok('STORE 1 +FLAGS.SILENT (\\Deleted)')
  assert.deepEqual(await ann.ok('EXPUNGE'), ['VANISHED 2'])
})

test('[M8] trap 15: SELECT (QRESYNC …) tells what was missed, and changes no numbers', async (t) => {
  const server = await startImap(t)
  await withMail(server, 5)
  const bob = await TestClient.selected(server.port)
  await bob.ok('STORE 2,4 +FLAGS.SILENT (\\Deleted)')
  await bob.ok('EXPUNGE')
  await bob.ok('STORE 1 +FLAGS.SILENT (\\Flagged)')
  const ann = await TestClient.loggedIn(server.port)
  await ann.refused('SELECT INBOX (QRESYNC (1 6))', /^BAD /)
  await ann.ok('ENABLE QRESYNC')
  const told = (lines: readonly string[]): readonly string[] => lines.filter((line) => /VANISHED|FETCH/.test(line))
  assert.deepEqual(told(await ann.ok('SELECT INBOX (QRESYNC (1 6))')), [
    'VANISHED (EARLIER) 2,4',
    '1 FETCH (UID 1 FLAGS (\\Flagged) MODSEQ (9))',
  ])
  assert.deepEqual(told(await ann.ok('SELECT INBOX (QRESYNC (1 6 1:3))')), [
    'VANISHED (EARLIER) 2',
    '1 FETCH (UID 1 FLAGS (\\Flagged) MODSEQ (9))',
  ])
  assert.deepEqual(told(await ann.ok('SELECT INBOX (QRESYNC (1 6 2:5 (1:2 2,4)))')), ['VANISHED (EARLIER) 2,4'])
  // Another UIDVALIDITY: what the client knows is of another mailbox.
  assert.deepEqual(told(await ann.ok('SELECT INBOX (QRESYNC (77 6))')), [])
  assert.deepEqual(told(await ann.ok('SELECT INBOX (QRESYNC (1 9))')), [])
  assert.deepEqual(await ann.ok('FETCH 1:* UID'), ['1 FETCH (UID 1)', '2 FETCH (UID 3)', '3 FETCH (UID 5)'])
})

test('[M9] UID FETCH with VANISHED tells what is gone of the set', async (t) => {
  const server = await startImap(t)
  await withMail(server, 5)
  const bob = await TestClient.selected(server.port)
  await bob.ok('STORE 2,4 +FLAGS.SILENT (\\Deleted)')
  await bob.ok('EXPUNGE')
  const ann = await TestClient.loggedIn(server.port)
  await ann.ok('ENABLE QRESYNC')
  await ann.ok('SELECT INBOX')
  assert.deepEqual(await ann.ok('UID FETCH 3:5 (FLAGS) (CHANGEDSINCE 6 VANISHED)'), ['VANISHED (EARLIER) 4'])
  await ann.refused('FETCH 1:2 (FLAGS) (CHANGEDSINCE 6 VANISHED)', /^BAD /)
})
