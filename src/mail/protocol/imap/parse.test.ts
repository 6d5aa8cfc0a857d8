// What commands become, and what is wrong with them: tables of lines and values.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Command, resolveRanges } from './imap.ts'
import { inside, opened, parse, refusal } from './server.testing.ts'

type Body = Record<string, unknown>

/** Without its tag. */
function body({ tag: _tag, ...rest }: Command): Body {
  return rest
}

const ranges = (...list: readonly (readonly [number | '*', number | '*'])[]) => ({
  type: 'ranges',
  ranges: list.map(([from, to]) => ({ from, to })),
})

test('[I12] trap 26: quoted strings have two escapes, no line ends and no NUL, and are ASCII until UTF-8 is enabled', () => {
  const core = inside()
  assert.equal((parse(core, 'a DELETE "a \\"b\\" \\\\ c"') as { mailbox: string }).mailbox, 'a "b" \\ c')
  for (const wrong of ['"a', '"a\\n"', '"a\0b"', '"a\rb"', '"a"b', '"\xc3\xa4"', '\xc3\xa4', '{2+}\r\n\xc3\xa4'])
    assert.match(refusal(core, `a DELETE ${wrong}`), /^a BAD DELETE: /, wrong)
  assert.match(refusal(core, 'a DELETE {3+}\r\na\0b'), /^a BAD DELETE: [^\r\n]*NUL/)
  for (const extension of ['UTF8=ACCEPT', 'IMAP4REV2'] as const) {
    const enabled = inside()
    enabled.enable([extension], 'implied')
    for (const form of ['"\xc3\xa4"', '{2+}\r\n\xc3\xa4'])
      assert.equal((parse(enabled, `a DELETE ${form}`) as { mailbox: string }).mailbox, 'ä')
    assert.match(refusal(enabled, 'a DELETE "\xe4"'), /^a BAD DELETE: [^\r\n]*UTF-8/)
    assert.match(refusal(enabled, 'a DELETE \xc3\xa4'), /^a BAD /)
  }
})

test('[I13] trap 25: NIL is a name like any other where a name is asked for', () => {
  const core = opened()
  assert.deepEqual(body(parse(core, 'a CREATE NIL')), { name: 'CREATE', mailbox: 'NIL', specialUse: [] })
  assert.deepEqual(body(parse(core, 'a RENAME nil "NIL"')), { name: 'RENAME', mailbox: 'nil', newName: 'NIL' })
  assert.deepEqual(body(parse(core, 'a SEARCH KEYWORD NIL SUBJECT NIL')), {
    name: 'SEARCH',
    byUid: false,
    key: {
      type: 'and',
      keys: [
        { type: 'keyword', keyword: 'NIL', present: true },
        { type: 'header', name: 'subject', value: 'NIL' },
      ],
    },
    returns: undefined,
  })
  const store = parse(core, 'a STORE 1 +FLAGS (NIL)')
  assert.deepEqual(store.name === 'STORE' && store.flags, { bits: 0, keywords: ['NIL'] })
  const metadata = parse(core, 'a SETMETADATA "" (/private/comment NIL /shared/comment "NIL")')
  assert.deepEqual(metadata.name === 'SETMETADATA' && metadata.entries, [
    { entry: '/private/comment', value: undefined },
    { entry: '/shared/comment', value: Buffer.from('NIL') },
  ])
})

test('[I14] trap 13: UIDs have 32 bits without sign, mod-sequences 63', () => {
  const core = opened()
  const fetch = parse(core, 'a UID FETCH 4294967295 FLAGS (CHANGEDSINCE 9223372036854775807)')
  assert.deepEqual(fetch.name === 'FETCH' && fetch.set, ranges([4_294_967_295, 4_294_967_295]))
  // Ours never pass 2^53 - 1: a greater one means the same.
  assert.equal(fetch.name === 'FETCH' && fetch.changedSince, Number.MAX_SAFE_INTEGER)
  const exact = parse(core, 'a STORE 1 (UNCHANGEDSINCE 9007199254740991) FLAGS ()')
  assert.equal(exact.name === 'STORE' && exact.unchangedSince, 9_007_199_254_740_991)
  for (const wrong of [
    'UID FETCH 4294967296 FLAGS',
    'UID FETCH 0 FLAGS',
    'FETCH 1 FLAGS (CHANGEDSINCE 9223372036854775808)',
    'SEARCH UID 0',
  ])
    assert.match(refusal(core, `a ${wrong}`), /^a BAD /, wrong)
  const zeros = parse(core, 'a STORE 1 (UNCHANGEDSINCE 000000000000000000000000000012) FLAGS ()')
  assert.equal(zeros.name === 'STORE' && zeros.unchangedSince, 12)
})

test('[I15] trap 6: sets with *, ranges in either direction, and the last message', () => {
  const core = opened()
  const set = (text: string): unknown => (parse(core, `a COPY ${text} x`) as { set: unknown }).set
  assert.deepEqual(set('1'), ranges([1, 1]))
  assert.deepEqual(set('2,4:7,9,12:*'), ranges([2, 2], [4, 7], [9, 9], [12, '*']))
  assert.deepEqual(set('*:4,7:5'), ranges(['*', 4], [7, 5]))
  assert.deepEqual(set('*'), ranges(['*', '*']))
  assert.deepEqual(set('$'), { type: 'saved' })
  for (const wrong of [
    '',
    ',',
    '1,',
    ',1',
    '1:',
    ':1',
    '1:2:3',
    '0',
    '1:0',
    'a',
    '1;2',
    '-1',
    '$,1',
    '1 2',
    '**',
    '1*',
    '*1',
    '+1',
  ])
    assert.match(refusal(core, `a COPY ${wrong} x`), /^a BAD COPY: /, wrong)
  const resolve = (text: string, last: number) =>
    resolveRanges((set(text) as { ranges: { from: number | '*'; to: number | '*' }[] }).ranges, last).map(({ from, to }) => [
      from,
      to,
    ])
  assert.deepEqual(resolve('2,4:7,9,12:*', 15), [
    [2, 2],
    [4, 7],
    [9, 9],
    [12, 15],
  ])
  assert.deepEqual(resolve('559:*', 10), [[10, 559]])
  assert.deepEqual(resolve('*:4', 10), [[4, 10]])
  assert.deepEqual(resolve('5,1:3,2:4,9,*', 9), [
    [1, 5],
    [9, 9],
  ])
  assert.deepEqual(resolve('1:*,*', 0), [])
  assert.deepEqual(resolve('3:7', 0), [[3, 7]])
})

test('[I16] trap 27: mailbox names are modified UTF-7 until UTF-8 is enabled; what is no name is refused', () => {
  const core = inside()
  const name = (text: string): unknown => (parse(core, `a DELETE ${text}`) as { mailbox: string }).mailbox
  assert.equal(name('Entw&APw-rfe'), 'Entwürfe')
  assert.equal(name('"Tom &- Jerry"'), 'Tom & Jerry')
  assert.equal(name('&2D3c7g-'), '📮')
  for (const wrong of ['&', 'a&b', '&AGE-', '"a\tb"', '&AAo-', '{3+}\r\na\nb'])
    assert.match(refusal(core, `a DELETE ${wrong}`), /^a NO \[CANNOT\] /, wrong)
  core.enable(['UTF8=ACCEPT'], 'implied')
  assert.equal(name('"Tom & Jerry"'), 'Tom & Jerry')
  assert.equal(name('&AGE-'), '&AGE-')
})

test('[I19] flags: system flags as bits, keywords once in any case, \\Recent passed over, others unknown', () => {
  const core = opened()
  const flags = (text: string): unknown => (parse(core, `a STORE 1 FLAGS ${text}`) as { flags: unknown }).flags
  assert.deepEqual(flags('(\\sEEN \\Answered \\Flagged \\Deleted \\Draft \\Recent)'), { bits: 31, keywords: [] })
  assert.deepEqual(flags('($Forwarded a A \\Seen NonJunk )'), { bits: 1, keywords: ['$Forwarded', 'a', 'NonJunk'] })
  assert.deepEqual(flags('()'), { bits: 0, keywords: [] })
  assert.deepEqual(flags('\\Seen b'), { bits: 1, keywords: ['b'] })
  for (const wrong of ['(\\Foo)', '(\\)', '(', '(a', '("a")', '(a]', '(*)', '', '(a  b)', `(${'k '.repeat(200)})`])
    assert.match(refusal(core, `a STORE 1 FLAGS ${wrong}`), /^a BAD STORE: /, wrong)
  assert.match(refusal(core, `a STORE 1 FLAGS (${'k'.repeat(256)})`), /^a NO \[LIMIT\] /)
})

test('[I20] dates are of the calendar, and keep their zone', () => {
  const asked = (date: string): string => refusal(inside({ appendBytesMax: 1 }), `a APPEND x "${date}" {2}`)
  // Right as far as it goes: the message alone is too large.
  for (const right of [
    '17-Jul-1996 02:44:25 -0700',
    ' 7-jul-1996 02:44:25 +1400',
    '7-Jul-1996 00:00:00 +0000',
    '29-Feb-2024 23:59:60 +0530',
  ])
    assert.match(asked(right), /^a NO \[TOOBIG\]/, right)
  for (const wrong of [
    '17-Jul-1996',
    '17-Jul-96 02:44:25 -0700',
    '30-Feb-2024 00:00:00 +0000',
    '29-Feb-2023 00:00:00 +0000',
    '0-Jan-2024 00:00:00 +0000',
  ])
    assert.match(asked(wrong), /^a BAD APPEND: a date/, wrong)
  for (const wrong of [
    '1-Jan-2024 24:00:00 +0000',
    '1-Jan-2024 00:60:00 +0000',
    '1-Jan-2024 00:00:00 0000',
    '1-Foo-2024 00:00:00 +0000',
  ])
    assert.match(asked(wrong), /^a BAD APPEND: a date/, wrong)
})

test('[I29] STORE: adds, removes, replaces; silent; only where unchanged', () => {
  const core = opened()
  const base = { name: 'STORE', byUid: false, set: ranges([1, 2]), silent: false, unchangedSince: undefined }
  const seen = { bits: 1, keywords: [] }
  assert.deepEqual(body(parse(core, 'a STORE 1:2 +FLAGS (\\Seen)')), { ...base, mode: 'add', flags: seen })
  assert.deepEqual(body(parse(core, 'a UID STORE 1:2 -flags.silent \\Seen')), {
    ...base,
    byUid: true,
    mode: 'remove',
    silent: true,
    flags: seen,
  })
  assert.deepEqual(body(parse(core, 'a STORE 1:2 (UNCHANGEDSINCE 12) FLAGS.SILENT ()')), {
    ...base,
    mode: 'replace',
    silent: true,
    flags: { bits: 0, keywords: [] },
    unchangedSince: 12,
  })
  for (const wrong of ['1 FLAGS', '1 FLAG (x)', '1 (UNCHANGED 1) FLAGS ()', '1 *FLAGS ()', '1 +FLAGS.LOUD ()'])
    assert.match(refusal(core, `a STORE ${wrong}`), /^a BAD STORE: /, wrong)
})

test('[I30] SELECT and EXAMINE with CONDSTORE and QRESYNC; QRESYNC only when it is enabled', () => {
  const core = inside()
  const base = { mailbox: 'INBOX', condstore: false, qresync: undefined }
  assert.deepEqual(body(parse(core, 'a EXAMINE inbox')), { ...base, name: 'EXAMINE' })
  assert.deepEqual(body(parse(core, 'a SELECT inbox (CONDSTORE)')), { ...base, name: 'SELECT', condstore: true })
  assert.match(refusal(core, 'a SELECT INBOX (QRESYNC (1 2))'), /^a BAD SELECT: say ENABLE QRESYNC first/)
  core.enable(['QRESYNC'], 'implied')
  const qresync = (text: string): unknown => (parse(core, `a SELECT INBOX (QRESYNC (${text}))`) as { qresync: unknown }).qresync
  const known = { uidValidity: 67890007, modseq: 20050715194045000, knownUids: undefined, match: undefined }
  assert.deepEqual(qresync('67890007 20050715194045000'), { ...known, modseq: Number.MAX_SAFE_INTEGER })
  assert.deepEqual(qresync('1 2 41,43:211,5'), {
    uidValidity: 1,
    modseq: 2,
    knownUids: [
      { from: 5, to: 5 },
      { from: 41, to: 41 },
      { from: 43, to: 211 },
    ],
    match: undefined,
  })
  const match = { sequence: [{ from: 1, to: 2 }], uids: [{ from: 7, to: 8 }] }
  assert.deepEqual(qresync('1 2 1:9 (1,2 7,8)'), { uidValidity: 1, modseq: 2, knownUids: [{ from: 1, to: 9 }], match })
  assert.deepEqual(qresync('1 2 (1:2 7:8)'), { uidValidity: 1, modseq: 2, knownUids: undefined, match })
  for (const wrong of ['', '1', '1 2 *', '1 2 ()', '1 2 (1)', '0 2', '1 2 1:*', '1 2 1 (1 2) 3'])
    assert.match(refusal(core, `a SELECT INBOX (QRESYNC (${wrong}))`), /^a BAD SELECT: /, wrong)
  for (const wrong of ['INBOX ()', 'INBOX (FOO)', 'INBOX CONDSTORE', ''])
    assert.match(refusal(core, `a SELECT ${wrong}`), /^a BAD SELECT: /, wrong)
})

test('[I31] LIST in its forms, and LSUB', () => {
  const core = inside()
  const base = { name: 'LIST', selection: new Set(), reference: '', returns: new Set(), status: undefined, extended: false }
  assert.deepEqual(body(parse(core, 'a LIST "" ""')), { ...base, patterns: [''] })
  assert.deepEqual(body(parse(core, 'a LIST ~a/ %*]')), { ...base, reference: '~a/', patterns: ['%*]'] })
  assert.deepEqual(body(parse(core, 'a LIST "" ("INBOX" Drafts/% {1+}\r\n*)')), {
    ...base,
    patterns: ['INBOX', 'Drafts/%', '*'],
    extended: true,
  })
  assert.deepEqual(
    body(
      parse(core, 'a LIST (SUBSCRIBED recursivematch) "" "*" RETURN (SUBSCRIBED CHILDREN SPECIAL-USE STATUS (MESSAGES unseen))'),
    ),
    {
      ...base,
      selection: new Set(['SUBSCRIBED', 'RECURSIVEMATCH']),
      patterns: ['*'],
      returns: new Set(['SUBSCRIBED', 'CHILDREN', 'SPECIAL-USE']),
      status: ['MESSAGES', 'UNSEEN'],
      extended: true,
    },
  )
  assert.deepEqual(body(parse(core, 'a LIST () "" * RETURN ()')), { ...base, patterns: ['*'], extended: true })
  for (const wrong of [
    '""',
    '"" (',
    '"" ()',
    '(FOO) "" *',
    '(RECURSIVEMATCH) "" *',
    '"" * RETURN (FOO)',
    '"" * RETURN (STATUS)',
    '"" * X',
  ])
    assert.match(refusal(core, `a LIST ${wrong}`), /^a BAD LIST: /, wrong)
  assert.deepEqual(body(parse(core, 'a LSUB "a/" Entw&APw-rfe%')), { name: 'LSUB', reference: 'a/', pattern: 'Entwürfe%' })
})

test('[I32] the other commands about mailboxes and the session', () => {
  const core = inside()
  const cases: readonly [line: string, body: Body][] = [
    ['CREATE a/b/', { name: 'CREATE', mailbox: 'a/b', specialUse: [] }],
    ['CREATE /', { name: 'CREATE', mailbox: '/', specialUse: [] }],
    ['CREATE x (USE (\\Drafts \\Sent))', { name: 'CREATE', mailbox: 'x', specialUse: ['\\Drafts', '\\Sent'] }],
    ['SUBSCRIBE inbox/x', { name: 'SUBSCRIBE', mailbox: 'INBOX/x' }],
    ['STATUS x (MESSAGES UIDNEXT SIZE)', { name: 'STATUS', mailbox: 'x', items: ['MESSAGES', 'UIDNEXT', 'SIZE'] }],
    ['NAMESPACE', { name: 'NAMESPACE' }],
    ['ID NIL', { name: 'ID', fields: undefined }],
    ['ID ("Name" "x" "version" NIL)', { name: 'ID', fields: new Map([['name', 'x'] as const, ['version', undefined] as const]) }],
    ['ID ()', { name: 'ID', fields: new Map() }],
    ['GETQUOTA ""', { name: 'GETQUOTA', root: '' }],
    ['GETQUOTAROOT inbox', { name: 'GETQUOTAROOT', mailbox: 'INBOX' }],
    ['SETQUOTA "" (STORAGE 512)', { name: 'SETQUOTA', root: '', limits: new Map([['STORAGE', 512]]) }],
    ['MYRIGHTS x', { name: 'MYRIGHTS', mailbox: 'x' }],
    ['SETACL x bob +lr', { name: 'SETACL', mailbox: 'x', identifier: 'bob', change: { mode: 'add', rights: 'lr' } }],
    ['DELETEACL x bob', { name: 'DELETEACL', mailbox: 'x', identifier: 'bob' }],
    [
      'GETMETADATA (MAXSIZE 1024 DEPTH infinity) "" (/Private/Comment /shared/x)',
      {
        name: 'GETMETADATA',
        mailbox: '',
        entries: ['/private/comment', '/shared/x'],
        sizeBytesMax: 1024,
        depth: 'infinity',
      },
    ],
    [
      'GETMETADATA INBOX /private/comment',
      { name: 'GETMETADATA', mailbox: 'INBOX', entries: ['/private/comment'], sizeBytesMax: undefined, depth: '0' },
    ],
  ]
  for (const [line, expected] of cases) assert.deepEqual(body(parse(core, `a ${line}`)), expected, line)
  for (const wrong of [
    'STATUS x',
    'STATUS x ()',
    'STATUS x (FOO)',
    'CREATE',
    'RENAME a',
    'ID',
    'ID ("a")',
    'SETACL x bob ?',
    'CREATE x (USE x)',
  ])
    assert.match(refusal(core, `a ${wrong}`), /^a BAD [A-Z]+: /, wrong)
  for (const wrong of [
    'GETMETADATA "" comment',
    'GETMETADATA "" /a//b',
    'GETMETADATA "" /a/',
    'SETMETADATA "" (/a)',
    'SETMETADATA "" ()',
  ])
    assert.match(refusal(core, `a ${wrong}`), /^a BAD [A-Z]+: /, wrong)
})

test('[I32] NOTIFY and CANCELUPDATE', () => {
  const core = opened()
  assert.deepEqual(body(parse(core, 'a NOTIFY NONE')), { name: 'NOTIFY', request: undefined })
  const line =
    'a NOTIFY SET STATUS (selected MessageNew (uid flags) MessageExpunge) (mailboxes (inbox Sent) NONE) (subtree a (MailboxName))'
  assert.match(refusal(core, line), /^a BAD NOTIFY: /)
  const events = ['MESSAGENEW', 'MESSAGEEXPUNGE', 'FLAGCHANGE']
  assert.deepEqual(
    body(
      parse(
        core,
        'a NOTIFY SET STATUS (selected (MessageNew (uid flags) MessageExpunge FlagChange)) (mailboxes (inbox Sent) NONE)',
      ),
    ),
    {
      name: 'NOTIFY',
      request: {
        status: true,
        groups: [
          { filter: 'selected', mailboxes: [], events, fetch: [{ type: 'uid' }, { type: 'flags' }] },
          { filter: 'mailboxes', mailboxes: ['INBOX', 'Sent'], events: [], fetch: [] },
        ],
      },
    },
  )
  assert.match(refusal(core, 'a NOTIFY SET (personal (Foo))'), /^a NO \[BADEVENT \(/)
  assert.match(refusal(core, 'a NOTIFY SET (personal (MessageNew))'), /^a BAD NOTIFY: /)
  assert.deepEqual(body(parse(core, 'a CANCELUPDATE "x" "y"')), { name: 'CANCELUPDATE', tags: ['x', 'y'] })
})
