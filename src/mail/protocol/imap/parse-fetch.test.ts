// FETCH and the searches: tables of lines and values.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FetchItem, FLAG, type SearchKey } from './imap.ts'
import { SEARCH_DEPTH_MAX } from './limits.ts'
import { opened, parse, refusal } from './server.testing.ts'

const core = opened()

function items(text: string): readonly FetchItem[] {
  const command = parse(core, `a FETCH 1 ${text}`)
  assert.ok(command.name === 'FETCH')
  return command.items
}

function section(what: string, rest: Record<string, unknown> = {}): Record<string, unknown> {
  const { path = [], fields = [], ...other } = rest
  return { type: 'section', section: { path, what, fields }, peek: false, ...other }
}

test('[I21] the items of FETCH', () => {
  const fast = [{ type: 'flags' }, { type: 'internal-date' }, { type: 'size' }]
  const cases: readonly [text: string, items: readonly unknown[]][] = [
    ['FLAGS', [{ type: 'flags' }]],
    ['(UID FLAGS MODSEQ)', [{ type: 'uid' }, { type: 'flags' }, { type: 'modseq' }]],
    ['FAST', fast],
    ['all', [...fast, { type: 'envelope' }]],
    ['FULL', [...fast, { type: 'envelope' }, { type: 'body' }]],
    ['(BODY BODYSTRUCTURE)', [{ type: 'body' }, { type: 'body-structure' }]],
    ['(EMAILID THREADID SAVEDATE)', [{ type: 'email-id' }, { type: 'thread-id' }, { type: 'save-date' }]],
    ['PREVIEW', [{ type: 'preview', lazy: false }]],
    ['(PREVIEW (LAZY) UID)', [{ type: 'preview', lazy: true }, { type: 'uid' }]],
    ['RFC822', [section('all', { label: 'RFC822' })]],
    ['(RFC822.HEADER RFC822.SIZE)', [section('header', { label: 'RFC822.HEADER', peek: true }), { type: 'size' }]],
    ['RFC822.TEXT', [section('text', { label: 'RFC822.TEXT' })]],
    ['BINARY[1.2]', [{ type: 'binary', path: [1, 2], peek: false, label: 'BINARY[1.2]' }]],
    ['BINARY.PEEK[]<5.10>', [{ type: 'binary', path: [], peek: true, partial: { first: 5, count: 10 }, label: 'BINARY[]<5>' }]],
    ['BINARY.SIZE[3]', [{ type: 'binary-size', path: [3], label: 'BINARY.SIZE[3]' }]],
    ['(UID UID FLAGS UID)', [{ type: 'uid' }, { type: 'flags' }]],
    ['(BODY.PEEK[] BODY[])', [section('all', { label: 'BODY[]' })]],
  ]
  for (const [text, expected] of cases) assert.deepEqual(items(text), expected, text)
  for (const wrong of [
    '',
    '()',
    '(ALL)',
    'FOO',
    '(UID',
    'FLAGS UID',
    'BODY.PEEK',
    'BINARY[HEADER]',
    'RFC822[]',
    'BINARY.SIZE[1]<0.1>',
  ])
    assert.match(refusal(opened(), `a FETCH 1 ${wrong}`), /^a BAD FETCH: /, wrong)
})

test('[I22] sections, and how the answer names them', () => {
  const cases: readonly [text: string, item: unknown][] = [
    ['BODY[]', section('all', { label: 'BODY[]' })],
    ['body.peek[text]', section('text', { label: 'BODY[TEXT]', peek: true })],
    ['BODY[1]', section('all', { path: [1], label: 'BODY[1]' })],
    ['BODY[1.2.mime]', section('mime', { path: [1, 2], label: 'BODY[1.2.MIME]' })],
    ['BODY[3.HEADER]<10.20>', section('header', { path: [3], partial: { first: 10, count: 20 }, label: 'BODY[3.HEADER]<10>' })],
    [
      'BODY[HEADER.FIELDS (From "Subject" {2+}\r\nTo)]',
      section('header-fields', { fields: ['From', 'Subject', 'To'], label: 'BODY[HEADER.FIELDS (From Subject To)]' }),
    ],
    [
      'BODY.PEEK[4.1.header.fields.not ("a(b")]<0.1>',
      section('header-fields-not', {
        path: [4, 1],
        fields: ['a(b'],
        peek: true,
        partial: { first: 0, count: 1 },
        label: 'BODY[4.1.HEADER.FIELDS.NOT ("a(b")]<0>',
      }),
    ],
  ]
  for (const [text, expected] of cases) assert.deepEqual(items(text), [expected], text)
  const wrong = [
    'BODY[MIME]',
    'BODY[0]',
    'BODY[1.]',
    'BODY[1.0]',
    'BODY[.1]',
    'BODY[FOO]',
    'BODY[',
    'BODY[]<1>',
    'BODY[]<1.0>',
    'BODY[]<-1.1>',
  ]
  const fields = [
    'BODY[HEADER.FIELDS]',
    'BODY[HEADER.FIELDS ()]',
    'BODY[HEADER.FIELDS ("a:")]',
    'BODY[HEADER.FIELDS ("")]',
    'BODY[1 TEXT]',
  ]
  for (const text of [...wrong, ...fields, `BODY[${'1.'.repeat(200)}1]`])
    assert.match(refusal(opened(), `a FETCH 1 ${text}`), /^a BAD FETCH: /, text)
})

test('[I23] the modifiers of FETCH', () => {
  const vanishing = 'a UID FETCH 1:* (FLAGS) (CHANGEDSINCE 12 VANISHED)'
  assert.match(refusal(opened(), vanishing), /^a BAD FETCH|^a BAD UID FETCH: /)
  const qresync = opened()
  qresync.enable(['QRESYNC'], 'implied')
  const command = parse(qresync, vanishing)
  assert.ok(command.name === 'FETCH' && command.vanished && command.changedSince === 12)
  for (const wrong of [
    'FETCH 1 FLAGS (CHANGEDSINCE 12 VANISHED)',
    'UID FETCH 1 FLAGS (VANISHED)',
    'UID FETCH 1 FLAGS ()',
    'UID FETCH 1 FLAGS (FOO)',
  ])
    assert.match(refusal(qresync, `a ${wrong}`), /^a BAD /, wrong)
  const partial = parse(core, 'a UID FETCH 1:* FLAGS (PARTIAL -1:-30)')
  assert.deepEqual(partial.name === 'FETCH' && partial.partial, { from: -1, to: -30 })
  assert.match(refusal(opened(), 'a UID FETCH 1:* FLAGS (PARTIAL -1:30)'), /^a BAD /)
})

function key(text: string): SearchKey {
  const command = parse(core, `a SEARCH ${text}`)
  assert.ok(command.name === 'SEARCH')
  return command.key
}

test('[I24] the keys of SEARCH', () => {
  const day = Date.UTC(1994, 1, 1) / 86_400_000
  const flag = (bit: number, present: boolean): SearchKey => ({ type: 'flag', bit, present })
  const one = (text: string): SearchKey => ({ type: 'header', name: 'subject', value: text })
  const cases: readonly [text: string, key: SearchKey][] = [
    ['ALL', { type: 'all' }],
    ['unseen', flag(FLAG.seen, false)],
    ['NEW', { type: 'and', keys: [flag(FLAG.recent, true), flag(FLAG.seen, false)] }],
    ['OLD', flag(FLAG.recent, false)],
    ['FLAGGED UNDELETED', { type: 'and', keys: [flag(FLAG.flagged, true), flag(FLAG.deleted, false)] }],
    [
      '1,3:*',
      {
        type: 'sequence',
        set: {
          type: 'ranges',
          ranges: [
            { from: 1, to: 1 },
            { from: 3, to: '*' },
          ],
        },
      },
    ],
    ['UID $', { type: 'uid', set: { type: 'saved' } }],
    ['$', { type: 'sequence', set: { type: 'saved' } }],
    ['OR SUBJECT a (SUBJECT b)', { type: 'or', left: one('a'), right: one('b') }],
    ['NOT (SUBJECT a SUBJECT b)', { type: 'not', key: { type: 'and', keys: [one('a'), one('b')] } }],
    ['HEADER X-Mailer ""', { type: 'header', name: 'x-mailer', value: '' }],
    ['FROM {3+}\r\nbob', { type: 'header', name: 'from', value: 'bob' }],
    ['BODY "a b"', { type: 'body', value: 'a b' }],
    ['TEXT x', { type: 'text', value: 'x' }],
    ['BEFORE 1-Feb-1994', { type: 'date', of: 'internal', is: 'before', day }],
    ['SENTON "01-feb-1994"', { type: 'date', of: 'sent', is: 'on', day }],
    ['SAVEDSINCE 1-Feb-1994', { type: 'date', of: 'saved', is: 'since', day }],
    ['SAVEDATESUPPORTED', { type: 'save-date-supported' }],
    ['YOUNGER 259200', { type: 'age', is: 'younger', seconds: 259_200 }],
    ['LARGER 5000000000', { type: 'size', is: 'larger', octets: 5_000_000_000 }],
    ['UNKEYWORD $Junk', { type: 'keyword', keyword: '$Junk', present: false }],
    ['MODSEQ 620162338', { type: 'modseq', modseq: 620_162_338 }],
    ['MODSEQ "/flags/\\\\draft" all 620162338', { type: 'modseq', modseq: 620_162_338 }],
    ['EMAILID M1', { type: 'email-id', id: 'M1' }],
    ['FUZZY SUBJECT x', { type: 'fuzzy', key: one('x') }],
  ]
  for (const [text, expected] of cases) assert.deepEqual(key(text), expected, text)
  const wrong = [
    '',
    'FOO',
    'NOT',
    'OR ALL',
    '()',
    '(ALL',
    'ALL)',
    'SUBJECT',
    'BEFORE 1-Foo-1994',
    'BEFORE 31-Feb-1994',
    'ON 1-Feb-94',
  ]
  for (const text of [...wrong, 'YOUNGER 0', 'LARGER x', 'HEADER x', 'ALL  ALL', 'KEYWORD \\Seen', 'UID', 'UID x', 'SEEN ,'])
    assert.match(refusal(opened(), `a SEARCH ${text}`), /^a BAD SEARCH: /, text)
})

test('[I25] texts are in the charset that was named, else UTF-8; an unknown one is told so', () => {
  assert.deepEqual(key('CHARSET UTF-8 SUBJECT "\xc3\xa4"'), { type: 'header', name: 'subject', value: 'ä' })
  assert.deepEqual(key('CHARSET utf-8 SUBJECT {2+}\r\n\xc3\xa4'), { type: 'header', name: 'subject', value: 'ä' })
  assert.deepEqual(key('CHARSET "ISO-8859-1" SUBJECT {1+}\r\n\xe4'), { type: 'header', name: 'subject', value: 'ä' })
  assert.deepEqual(key('CHARSET US-ASCII SUBJECT {2+}\r\n\xc3\xa4'), { type: 'header', name: 'subject', value: 'ä' })
  assert.deepEqual(key('SUBJECT {2+}\r\n\xc3\xa4'), { type: 'header', name: 'subject', value: 'ä' })
  assert.match(refusal(opened(), 'a SEARCH CHARSET X-FOO ALL'), /^a NO \[BADCHARSET \(US-ASCII UTF-8\)\] /)
  assert.match(refusal(opened(), 'a SEARCH CHARSET UTF-8 SUBJECT "\xe4"'), /^a BAD SEARCH: /)
  assert.match(refusal(opened(), 'a SEARCH SUBJECT "\xc3\xa4"'), /^a BAD SEARCH: /)
  const utf8 = opened()
  utf8.enable(['UTF8=ACCEPT'], 'implied')
  assert.match(refusal(utf8, 'a SEARCH CHARSET UTF-8 ALL'), /^a BAD SEARCH: /)
  assert.equal(parse(utf8, 'a SEARCH SUBJECT "\xc3\xa4"').name, 'SEARCH')
})

test('[I26] a search is neither too deep nor too long', () => {
  const deep = (levels: number): string => `${'NOT '.repeat(levels)}ALL`
  assert.equal(key(deep(SEARCH_DEPTH_MAX - 1)).type, 'not')
  assert.match(refusal(opened(), `a SEARCH ${deep(SEARCH_DEPTH_MAX)}`), /^a BAD SEARCH: [^\r\n]*deep/)
  assert.match(refusal(opened(), `a SEARCH ${'('.repeat(100_000)}`), /^a BAD SEARCH: [^\r\n]*deep/)
  assert.match(refusal(opened(), `a SEARCH${' ALL'.repeat(5000)}`), /^a BAD SEARCH: [^\r\n]*many/)
})

test('[I27] RETURN: what is to be answered', () => {
  const none = { min: false, max: false, all: false, count: false, save: false, update: false }
  const returns = (text: string): unknown => {
    const command = parse(core, `a UID SEARCH RETURN ${text} ALL`)
    return command.name === 'SEARCH' && command.returns
  }
  assert.deepEqual(returns('()'), { ...none, all: true })
  assert.deepEqual(returns('(MIN MAX COUNT)'), { ...none, min: true, max: true, count: true })
  assert.deepEqual(returns('(SAVE)'), { ...none, save: true })
  assert.deepEqual(returns('(SAVE ALL)'), { ...none, save: true, all: true })
  assert.deepEqual(returns('(CONTEXT)'), { ...none, all: true })
  assert.deepEqual(returns('(COUNT PARTIAL 1:500)'), { ...none, count: true, partial: { from: 1, to: 500 } })
  assert.deepEqual(returns('(UPDATE PARTIAL -1:-5)'), { ...none, update: true, partial: { from: -1, to: -5 } })
  for (const wrong of ['(FOO)', '(PARTIAL 0:1)', '(PARTIAL 1:-1)', '(ALL PARTIAL 1:2)', '', '(MIN'])
    assert.match(refusal(opened(), `a SEARCH RETURN ${wrong} ALL`), /^a BAD SEARCH: /, wrong)
  const plain = parse(core, 'a SEARCH ALL')
  assert.equal(plain.name === 'SEARCH' && plain.returns, undefined)
})

test('[I28] SORT and THREAD', () => {
  assert.deepEqual(parse(core, 'a UID SORT RETURN (COUNT) (REVERSE DATE SUBJECT DISPLAYFROM) UTF-8 UNSEEN'), {
    tag: 'a',
    name: 'SORT',
    byUid: true,
    criteria: [
      { by: 'date', reverse: true },
      { by: 'subject', reverse: false },
      { by: 'display-from', reverse: false },
    ],
    key: { type: 'flag', bit: FLAG.seen, present: false },
    returns: { min: false, max: false, all: false, count: true, save: false, update: false },
  })
  assert.deepEqual(parse(core, 'a THREAD references us-ascii ALL'), {
    tag: 'a',
    name: 'THREAD',
    byUid: false,
    algorithm: 'REFERENCES',
    key: { type: 'all' },
  })
  for (const wrong of [
    'SORT DATE UTF-8 ALL',
    'SORT (FOO) UTF-8 ALL',
    'SORT () UTF-8 ALL',
    'SORT (DATE) ALL',
    'THREAD REFS UTF-8 ALL',
  ])
    assert.match(refusal(opened(), `a ${wrong}`), /^a BAD /, wrong)
  assert.match(refusal(opened(), 'a SORT (DATE) X-FOO ALL'), /^a NO \[BADCHARSET/)
})
