// Mailboxes by name: LIST, LSUB, CREATE, DELETE, RENAME, subscriptions, STATUS, quota. Rules [L…] are those of SPEC.md.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClient } from './testing/client.ts'
import { startImap } from './testing/server.ts'

const STANDARD = [
  'LIST (\\Archive \\HasNoChildren) "/" Archive',
  'LIST (\\Drafts \\HasNoChildren) "/" Drafts',
  'LIST (\\HasNoChildren) "/" INBOX',
  'LIST (\\Junk \\HasNoChildren) "/" Junk',
  'LIST (\\Sent \\HasNoChildren) "/" Sent',
  'LIST (\\Trash \\HasNoChildren) "/" Trash',
]

test('[L1] trap 28: the standard mailboxes with their special uses, asked for or not', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.loggedIn(server.port)
  assert.deepEqual(await client.ok('LIST "" "*"'), STANDARD)
  assert.deepEqual(
    await client.ok('LIST (SPECIAL-USE) "" "*"'),
    STANDARD.filter((line) => !line.includes('INBOX')),
  )
  assert.deepEqual(await client.ok('LIST "" ""'), ['LIST (\\Noselect) "/" ""'])
})

test('[L2] trap 28: % stays on its level, * does not; children are told', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.loggedIn(server.port)
  await client.ok('CREATE work/2026/may')
  assert.deepEqual(await client.ok('LIST "" wo%'), ['LIST (\\HasChildren) "/" work'])
  assert.deepEqual(await client.ok('LIST work/ %'), ['LIST (\\HasChildren) "/" work/2026'])
  assert.deepEqual(await client.ok('LIST "" (inb% work/%/%)'), [
    'LIST (\\HasNoChildren) "/" INBOX',
    'LIST (\\HasNoChildren) "/" work/2026/may',
  ])
})

test('[L3] trap 29: LIST with STATUS, each right behind its line', async (t) => {
  const server = await startImap(t)
  await server.deliver('Subject: x\r\n\r\nbody\r\n')
  const client = await TestClient.loggedIn(server.port)
  assert.deepEqual(await client.ok('LIST "" (INBOX Sent) RETURN (STATUS (MESSAGES UNSEEN SIZE))'), [
    STANDARD[2],
    'STATUS INBOX (MESSAGES 1 UNSEEN 1 SIZE 20)',
    STANDARD[4],
    'STATUS Sent (MESSAGES 0 UNSEEN 0 SIZE 0)',
  ])
})

test('[L4] trap 27: names in modified UTF-7, and as UTF-8 where that is enabled', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.loggedIn(server.port)
  await client.ok('CREATE "Entw&APw-rfe &- &2D3eAA-"')
  assert.deepEqual(await client.ok('LIST "" Entw*'), ['LIST (\\HasNoChildren) "/" "Entw&APw-rfe &- &2D3eAA-"'])
  await client.ok('ENABLE UTF8=ACCEPT')
  const [line = ''] = await client.ok('LIST "" Entw*')
  assert.equal(Buffer.from(line, 'latin1').toString(), 'LIST (\\HasNoChildren) "/" "Entwürfe & 😀"')
})

test('[L5] trap 30: DELETE and RENAME with children; the inbox stays', async (t) => {
  const server = await startImap(t)
  await server.deliver('Subject: x\r\n\r\nbody\r\n')
  const client = await TestClient.loggedIn(server.port)
  await client.ok('CREATE a/b')
  await client.ok('UNSUBSCRIBE a')
  await client.refused('CREATE A/../b//c', /^NO \[CANNOT\]/)
  await client.refused('CREATE a/b', /^NO \[ALREADYEXISTS\]/)
  await client.ok('DELETE a')
  assert.deepEqual(await client.ok('LIST "" a*'), ['LIST (\\Noselect \\HasChildren) "/" a', 'LIST (\\HasNoChildren) "/" a/b'])
  await client.refused('SELECT a', /^NO \[NONEXISTENT\]/)
  await client.refused('DELETE INBOX', /^NO \[CANNOT\]/)
  await client.refused('DELETE nothing', /^NO \[NONEXISTENT\]/)
  await client.ok('RENAME a/b c/d')
  assert.deepEqual(await client.ok('LIST "" (a* c*)'), ['LIST (\\HasChildren) "/" c', 'LIST (\\HasNoChildren) "/" c/d'])
  await client.ok('RENAME INBOX old')
  assert.deepEqual(await client.ok('STATUS old (MESSAGES)'), ['STATUS old (MESSAGES 1)'])
  assert.deepEqual(await client.ok('STATUS INBOX (MESSAGES)'), ['STATUS INBOX (MESSAGES 0)'])
})

test('[L6] subscriptions: LSUB, LIST (SUBSCRIBED), RECURSIVEMATCH', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.loggedIn(server.port)
  await client.ok('CREATE p/q')
  await client.ok('UNSUBSCRIBE p')
  assert.deepEqual(await client.ok('LSUB "" "p%"'), ['LSUB (\\Noselect) "/" p'])
  assert.deepEqual(await client.ok('LSUB "" "p*"'), ['LSUB () "/" p/q'])
  assert.deepEqual(await client.ok('LIST (SUBSCRIBED) "" "p*"'), ['LIST (\\HasNoChildren \\Subscribed) "/" p/q'])
  assert.deepEqual(await client.ok('LIST (SUBSCRIBED RECURSIVEMATCH) "" "p%"'), [
    'LIST (\\HasChildren) "/" p ("CHILDINFO" ("SUBSCRIBED"))',
  ])
  await client.ok('SUBSCRIBE p/q')
  await client.ok('DELETE p/q')
  assert.deepEqual(await client.ok('LIST (SUBSCRIBED) "" "p*"'), ['LIST (\\NonExistent \\HasNoChildren \\Subscribed) "/" p/q'])
})

test('[L7] CREATE for a special use, one mailbox for each', async (t) => {
  const server = await startImap(t)
  const client = await TestClient.loggedIn(server.port)
  await client.refused('CREATE Gone (USE (\\Trash))', /^NO \[USEATTR\]/)
  await client.ok('DELETE Trash')
  await client.ok('CREATE Gone (USE (\\Trash))')
  assert.deepEqual(await client.ok('LIST "" Gone'), ['LIST (\\Trash \\HasNoChildren) "/" Gone'])
  await client.refused('CREATE Everything (USE (\\All))', /^NO \[USEATTR\]/)
})

test('[L8] STATUS, and what is not there', async (t) => {
  const server = await startImap(t)
  await server.deliver('Subject: x\r\n\r\nbody\r\n')
  const client = await TestClient.loggedIn(server.port)
  const [line = ''] = await client.ok(
    'STATUS inbox (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN DELETED DELETED-STORAGE SIZE HIGHESTMODSEQ APPENDLIMIT MAILBOXID)',
  )
  const [, items = ''] = /^STATUS INBOX \((.*)\)$/.exec(line) ?? []
  assert.match(items, /^MESSAGES 1 RECENT 1 UIDNEXT 2 UIDVALIDITY \d+ UNSEEN 1 DELETED 0 DELETED-STORAGE 0 SIZE 20 /)
  assert.match(items, / HIGHESTMODSEQ 2 APPENDLIMIT 52428800 MAILBOXID \(\w{18}\)$/)
  await client.refused('STATUS nothing (MESSAGES)', /^NO \[NONEXISTENT\]/)
})

test('[L9] quota: told where there is one, and what does not fit is refused before it is sent', async (t) => {
  const server = await startImap(t, { settings: { quota: '3KB' } })
  const client = await TestClient.loggedIn(server.port)
  await client.append('INBOX', 'x'.repeat(1100))
  assert.deepEqual(await client.ok('GETQUOTAROOT INBOX'), ['QUOTAROOT INBOX ""', 'QUOTA "" (STORAGE 2 3)'])
  assert.deepEqual(await client.ok('GETQUOTA ""'), ['QUOTA "" (STORAGE 2 3)'])
  assert.match(await client.append('INBOX', 'x'.repeat(2000)), /^NO \[OVERQUOTA\]/)
  await client.refused('GETQUOTA other', /^NO \[NONEXISTENT\]/)
  const unbounded = await TestClient.loggedIn((await startImap(t)).port)
  assert.deepEqual(await unbounded.ok('GETQUOTAROOT INBOX'), ['QUOTAROOT INBOX'])
})
