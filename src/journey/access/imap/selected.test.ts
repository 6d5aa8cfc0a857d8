// An open mailbox: what SELECT tells, what other sessions change, and when it is told. Rules [V…] are those of SPEC.md.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClient } from './testing/client.ts'
import { startImap } from './testing/server.ts'

const MAIL = 'Subject: x\r\n\r\nbody\r\n'

test('[V1] SELECT describes the mailbox; EXAMINE opens it to be read', async (t) => {
  const server = await startImap(t)
  for (const n of [1, 2, 3]) await server.deliver(`Subject: ${n}\r\n\r\nbody\r\n`)
  const client = await TestClient.loggedIn(server.port)
  const { untagged, tagged } = await client.ask('SELECT INBOX')
  assert.match(tagged, /^OK \[READ-WRITE\]/)
  assert.deepEqual(
    untagged.map((line) => line.replace(/(\]) .*/, '$1').replace(/MAILBOXID \(.*\)/, 'MAILBOXID')),
    [
      'FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)',
      'OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)]',
      '3 EXISTS',
      '3 RECENT',
      'OK [UNSEEN 1]',
      'OK [UIDVALIDITY 1]',
      'OK [UIDNEXT 4]',
      'OK [HIGHESTMODSEQ 4]',
      'OK [MAILBOXID]',
    ],
  )
  const examined = await client.ask('EXAMINE INBOX')
  assert.match(examined.tagged, /^OK \[READ-ONLY\]/)
  assert.match(examined.untagged.join('\n'), /PERMANENTFLAGS \(\)/)
  for (const command of ['STORE 1 +FLAGS (\\Seen)', 'EXPUNGE', 'MOVE 1 Trash']) await client.refused(command, /^(NO|BAD) /)
  await client.ok('FETCH 1 BODY[]')
  assert.deepEqual(await client.ok('FETCH 1 FLAGS'), ['1 FETCH (FLAGS ())'])
})

test('[V2] trap 17: one session is told that a message is recent; who only looks does not take it away', async (t) => {
  const server = await startImap(t)
  await server.deliver(MAIL)
  const looking = await TestClient.loggedIn(server.port)
  assert.ok((await looking.ok('EXAMINE INBOX')).includes('1 RECENT'))
  const first = await TestClient.loggedIn(server.port)
  assert.ok((await first.ok('SELECT INBOX')).includes('1 RECENT'))
  assert.deepEqual(await first.ok('FETCH 1 FLAGS'), ['1 FETCH (FLAGS (\\Recent))'])
  const second = await TestClient.loggedIn(server.port)
  assert.ok((await second.ok('SELECT INBOX')).includes('0 RECENT'))
  const third = await TestClient.loggedIn(server.port)
  await third.ok('ENABLE IMAP4rev2')
  assert.ok(!(await third.ok('SELECT INBOX')).some((line) => /RECENT|UNSEEN/.test(line)))
})

test('[V3] two sessions see what the other changes: new, flagged, removed', async (t) => {
  const server = await startImap(t)
  for (const _ of [1, 2, 3]) await server.deliver(MAIL)
  const ann = await TestClient.selected(server.port)
  const bob = await TestClient.selected(server.port)
  await ann.ok('STORE 2 +FLAGS (\\Deleted)')
  assert.deepEqual(await bob.ok('NOOP'), ['2 FETCH (UID 2 FLAGS (\\Deleted))'])
  assert.deepEqual(await ann.ok('EXPUNGE'), ['2 EXPUNGE'])
  await server.deliver(MAIL)
  assert.deepEqual(await bob.ok('NOOP'), ['2 EXPUNGE', '3 EXISTS', '0 RECENT'])
  assert.deepEqual(await bob.ok('NOOP'), [])
  assert.deepEqual(await ann.ok('FETCH 2 UID'), ['2 FETCH (UID 3)', '3 EXISTS', '2 RECENT'])
})

test('[V3] several are told as removed from the last to the first', async (t) => {
  const server = await startImap(t)
  for (const _ of [1, 2, 3, 4]) await server.deliver(MAIL)
  const ann = await TestClient.selected(server.port)
  const bob = await TestClient.selected(server.port)
  await bob.ok('STORE 1,3:4 +FLAGS.SILENT (\\Deleted)')
  assert.deepEqual(await bob.ok('EXPUNGE'), ['4 EXPUNGE', '3 EXPUNGE', '1 EXPUNGE'])
  assert.deepEqual(await ann.ok('NOOP'), ['4 EXPUNGE', '3 EXPUNGE', '1 EXPUNGE'])
  assert.deepEqual(await ann.ok('FETCH 1 UID'), ['1 FETCH (UID 2)'])
})

test('[V4] trap 1: EXPUNGE is not told during FETCH, STORE and SEARCH by number; by uid it is', async (t) => {
  const server = await startImap(t)
  for (const _ of [1, 2, 3]) await server.deliver(MAIL)
  const ann = await TestClient.selected(server.port)
  const bob = await TestClient.selected(server.port)
  await bob.ok('UID STORE 1 +FLAGS.SILENT (\\Deleted)')
  await bob.ok('EXPUNGE')
  assert.deepEqual(await ann.ok('FETCH 3 UID'), ['3 FETCH (UID 3)'])
  assert.deepEqual(await ann.ok('STORE 3 +FLAGS (\\Seen)'), ['3 FETCH (UID 3 FLAGS (\\Seen \\Recent))'])
  assert.deepEqual(await ann.ok('SEARCH UID 3'), ['SEARCH 3'])
  // Nor may EXISTS shrink, or be told behind their back (trap 2).
  await server.deliver(MAIL)
  assert.deepEqual(await ann.ok('FETCH 2 UID'), ['2 FETCH (UID 2)'])
  assert.deepEqual(await ann.ok('UID FETCH 3 UID'), ['3 FETCH (UID 3)', '1 EXPUNGE', '3 EXISTS', '2 RECENT'])
  assert.deepEqual(await ann.ok('FETCH 1:* UID'), ['1 FETCH (UID 2)', '2 FETCH (UID 3)', '3 FETCH (UID 4)'])
})

test('[V5] trap 8: messages removed elsewhere make the answer NO; by uid they are passed over', async (t) => {
  const server = await startImap(t)
  for (const _ of [1, 2, 3]) await server.deliver(MAIL)
  const ann = await TestClient.selected(server.port)
  const bob = await TestClient.selected(server.port)
  await bob.ok('STORE 2 +FLAGS.SILENT (\\Deleted)')
  await bob.ok('EXPUNGE')
  assert.deepEqual(await ann.refused('FETCH 1:3 (UID RFC822.SIZE)', /^NO \[EXPUNGEISSUED\]/), [
    '1 FETCH (UID 1 RFC822.SIZE 20)',
    '3 FETCH (UID 3 RFC822.SIZE 20)',
  ])
  assert.equal((await ann.refused('FETCH 1:3 FLAGS', /^NO \[EXPUNGEISSUED\]/)).length, 2)
  await ann.refused('STORE 2:3 +FLAGS (\\Seen)', /^NO \[EXPUNGEISSUED\]/)
  assert.deepEqual(await ann.refused('COPY 1:3 Sent', /^NO \[EXPUNGEISSUED\]/), ['2 EXPUNGE'])
})

test('[V6] traps 6 and 7: *, reversed ranges, unknown numbers and unknown uids', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.selected(server.port)
  assert.deepEqual(await client.ok('UID FETCH 1:* UID'), [])
  await client.ok('FETCH 1:* UID')
  await client.refused('FETCH 1 UID', /^BAD /)
  for (const _ of [1, 2, 3]) await server.deliver(MAIL)
  await client.ok('NOOP')
  assert.deepEqual(await client.ok('FETCH * UID'), ['3 FETCH (UID 3)'])
  assert.deepEqual(await client.ok('FETCH 3:2 UID'), ['2 FETCH (UID 2)', '3 FETCH (UID 3)'])
  assert.deepEqual(await client.ok('UID FETCH 559:* UID'), ['3 FETCH (UID 3)'])
  assert.deepEqual(await client.ok('UID FETCH 7,9:12 UID'), [])
  assert.deepEqual(await client.ok('UID STORE 7 +FLAGS (\\Seen)'), [])
  await client.refused('FETCH 2:4 UID', /^BAD /)
})

test('[V7] trap 24: IDLE is told at once, without asking', async (t) => {
  const server = await startImap(t)
  await server.deliver(MAIL)
  const idler = await TestClient.selected(server.port)
  const other = await TestClient.selected(server.port)
  idler.send('i IDLE\r\n')
  assert.match(await idler.response(), /^\+ /)
  await server.deliver(MAIL)
  assert.equal(await idler.response(), '* 2 EXISTS')
  assert.equal(await idler.response(), '* 1 RECENT')
  await other.ok('NOOP')
  await other.ok('STORE 1 +FLAGS.SILENT (\\Deleted)')
  assert.equal(await idler.response(), '* 1 FETCH (UID 1 FLAGS (\\Deleted \\Recent))')
  await other.ok('EXPUNGE')
  assert.equal(await idler.response(), '* 1 EXPUNGE')
  // Trap 22: DONE with the next command behind it.
  idler.send('done\r\nj NOOP\r\n')
  assert.match((await idler.answer('i')).tagged, /^OK /)
  assert.match((await idler.answer('j')).tagged, /^OK /)
})

test('[V8] IDLE: the server shows now and then that it is there', async (t) => {
  const server = await startImap(t, { settings: { idleNotify: '5ms' } })
  const idler = await TestClient.selected(server.port)
  idler.send('i IDLE\r\n')
  assert.match(await idler.response(), /^\+ /)
  assert.equal(await idler.response(), '* OK Still here')
  assert.equal(await idler.response(), '* OK Still here')
})

test('[V9] a session whose mailbox is deleted is told so and ends', async (t) => {
  const server = await startImap(t)
  const ann = await TestClient.loggedIn(server.port)
  await ann.ok('CREATE doomed')
  await ann.ok('SELECT doomed')
  const idler = await TestClient.selected(server.port, 'doomed')
  idler.send('i IDLE\r\n')
  await idler.response()
  const bob = await TestClient.loggedIn(server.port)
  await bob.ok('DELETE doomed')
  assert.match(await idler.response(), /^\* BYE .*deleted/)
  await ann.ok('NOOP')
  assert.match(await ann.response(), /^\* BYE .*deleted/)
  await ann.closed()
})

test('[V10] CLOSE removes what is marked and says nothing; UNSELECT removes nothing', async (t) => {
  const server = await startImap(t)
  for (const _ of [1, 2]) await server.deliver(MAIL)
  const client = await TestClient.selected(server.port)
  await client.ok('STORE 1 +FLAGS.SILENT (\\Deleted)')
  assert.deepEqual(await client.ok('UNSELECT'), [])
  assert.deepEqual(await client.ok('STATUS INBOX (MESSAGES DELETED)'), ['STATUS INBOX (MESSAGES 2 DELETED 1)'])
  await client.ok('EXAMINE INBOX')
  await client.ok('CLOSE')
  assert.deepEqual(await client.ok('STATUS INBOX (MESSAGES)'), ['STATUS INBOX (MESSAGES 2)'])
  await client.ok('SELECT INBOX')
  assert.deepEqual(await client.ok('CLOSE'), [])
  assert.deepEqual(await client.ok('STATUS INBOX (MESSAGES)'), ['STATUS INBOX (MESSAGES 1)'])
  await client.refused('FETCH 1 UID', /^BAD /)
})

test('[V11] trap 16: [CLOSED] when another mailbox is selected, and nothing of the old one after it', async (t) => {
  const server = await startImap(t)
  for (const _ of [1, 2]) await server.deliver(MAIL)
  const ann = await TestClient.loggedIn(server.port)
  await ann.ok('ENABLE QRESYNC')
  await ann.ok('SELECT INBOX')
  const bob = await TestClient.selected(server.port)
  await bob.ok('STORE 1 +FLAGS.SILENT (\\Deleted)')
  await bob.ok('EXPUNGE')
  const [first = '', ...rest] = await ann.ok('SELECT Sent')
  assert.match(first, /^OK \[CLOSED\]/)
  assert.ok(!rest.some((line) => /VANISHED|EXPUNGE/.test(line)))
  await ann.refused('SELECT nothing', /^NO \[NONEXISTENT\]/)
  await ann.refused('FETCH 1 UID', /^BAD /)
})

test('[V12] trap 18: a keyword is told with FLAGS before the first message that has it', async (t) => {
  const server = await startImap(t)
  await server.deliver(MAIL)
  const ann = await TestClient.selected(server.port)
  const bob = await TestClient.selected(server.port)
  const told = [
    'FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Work)',
    'OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Work \\*)] Flags that are kept',
  ]
  assert.deepEqual(await ann.ok('STORE 1 +FLAGS ($Work)'), [...told, '1 FETCH (UID 1 FLAGS (\\Recent $Work))'])
  assert.deepEqual(await bob.ok('FETCH 1 FLAGS'), [...told, '1 FETCH (FLAGS ($Work))'])
  assert.deepEqual(await bob.ok('NOOP'), [])
})

test('[V13] trap 43: IMAP4rev2 is told of no RECENT, has LIST in SELECT, and ESEARCH for every SEARCH', async (t) => {
  const server = await startImap(t)
  await server.deliver(MAIL)
  const client = await TestClient.loggedIn(server.port)
  await client.ok('ENABLE IMAP4rev2')
  const lines = await client.ok('SELECT INBOX')
  assert.ok(lines.includes('LIST () "/" INBOX'))
  assert.ok(!lines.some((line) => line.includes('RECENT')))
  assert.deepEqual(await client.ok('FETCH 1 FLAGS'), ['1 FETCH (FLAGS ())'])
  assert.deepEqual(await client.ok('SEARCH SEEN'), ['ESEARCH (TAG "t5")'])
  assert.deepEqual(await client.ok('UID SEARCH UNSEEN'), ['ESEARCH (TAG "t6") UID ALL 1'])
})
