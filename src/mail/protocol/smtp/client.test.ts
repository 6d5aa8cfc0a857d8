// The client core: its rules one by one (CLIENT.md), then the same conversations under any chunking, then random bytes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Bench, ENVELOPE } from './client.testing.ts'
import { recipientsLimit, sizeLimit, type TransactionResult } from './client.ts'

const PIPELINING = 'PIPELINING'

test('[C1] greets with EHLO and reads what is offered', () => {
  const bench = new Bench()
  assert.equal(bench.says('220 mx.example.net ESMTP\r\n'), 'EHLO mail.example.org\r\n')
  assert.equal(
    bench.says(
      '250-mx.example.net\r\n250-SIZE 1000\r\n250-auth=PLAIN\r\n250-AUTH LOGIN\r\n250-__proto__ x\r\n250 LIMITS RCPTMAX=7\r\n',
    ),
    '',
  )
  assert.deepEqual(bench.last, { type: 'ready' })
  assert.deepEqual(bench.client.capabilities.get('AUTH'), ['PLAIN', 'LOGIN'])
  assert.equal(sizeLimit(bench.client.capabilities), 1000)
  assert.equal(recipientsLimit(bench.client.capabilities), 7)
  assert.deepEqual(bench.client.capabilities.get('__PROTO__'), ['x'])
})

test('[C2] says HELO when EHLO is not known (500, 502), and then offers nothing', () => {
  for (const code of [500, 502]) {
    const bench = new Bench()
    bench.says('220 mx\r\n')
    assert.equal(bench.says(`${code} what?\r\n`), 'HELO mail.example.org\r\n')
    bench.says('250-mx\r\n250 PIPELINING\r\n')
    assert.deepEqual(bench.last, { type: 'ready' })
    assert.equal(bench.client.capabilities.size, 0)
  }
})

test('[C3] a refused greeting, EHLO or HELO ends the channel and says where', () => {
  const cases = [
    [['554 no\r\n'], 'refused', 'greeting', 554],
    [['450 no\r\n'], 'refused', 'greeting', 450],
    [['421 no\r\n'], 'channel', 'greeting', 421],
    [['220 x\r\n', '550 no\r\n'], 'refused', 'hello', 550],
    [['220 x\r\n', '502 no\r\n', '502 no\r\n'], 'refused', 'hello', 502],
  ] as const
  for (const [said, type, phase, code] of cases) {
    const bench = new Bench()
    for (const text of said) bench.says(text)
    assert.ok(bench.last?.type === 'failed' && bench.last.failure.type !== 'protocol')
    assert.deepEqual([bench.last.failure.type, bench.last.failure.phase, bench.last.failure.reply.code], [type, phase, code])
    assert.equal(bench.client.state, 'closed')
  }
})

test('[C3] a greeting or an answer to EHLO that neither greets nor refuses is no SMTP, and no refusal', () => {
  const cases = [
    [['250 hi\r\n'], 'greeting', 'unexpected reply 250 hi'],
    [['354 go\r\n'], 'greeting', 'unexpected reply 354 go'],
    [['220 x\r\n', '354 go\r\n'], 'hello', 'unexpected reply 354 go'],
  ] as const
  for (const [said, phase, detail] of cases) {
    const bench = new Bench()
    for (const text of said) bench.says(text)
    assert.deepEqual(bench.last, { type: 'failed', failure: { type: 'protocol', phase, detail } })
  }
})

test('[C4] after the 220 to STARTTLS whatever is buffered is thrown away, and all that was learnt (trap 9, CVE-2021-38371)', () => {
  const bench = new Bench().ready('STARTTLS', 'AUTH PLAIN')
  bench.client.startTls()
  assert.equal(bench.sends(), 'STARTTLS\r\n')
  assert.equal(bench.says('220 go\r\n250-injected\r\n250 AUTH EVIL\r\n'), '')
  assert.deepEqual(bench.last, { type: 'tls-agreed' })
  bench.says('250 injected later\r\n')
  bench.client.secured()
  assert.equal(bench.client.capabilities.size, 0)
  assert.equal(bench.sends(), 'EHLO mail.example.org\r\n')
  bench.says('250-mx\r\n250 SIZE\r\n')
  assert.deepEqual([...bench.client.capabilities.keys()], ['SIZE'])
})

test('[C5] a refused STARTTLS leaves the connection usable in clear', () => {
  const bench = new Bench().ready('STARTTLS')
  bench.client.startTls()
  bench.says('454 not now\r\n')
  assert.equal(bench.last?.type, 'tls-refused')
  assert.match(bench.begin(), /^MAIL/)
})

test('[C6] logs in; the secret is in the bytes and never in the transcript', () => {
  const bench = new Bench().ready('AUTH PLAIN')
  bench.client.authenticate({ mechanism: 'PLAIN', initial: Buffer.from('\0u\0secret'), respond: () => undefined })
  assert.equal(bench.sends(), `AUTH PLAIN ${Buffer.from('\0u\0secret').toString('base64')}\r\n`)
  bench.says('235 welcome\r\n')
  assert.deepEqual(bench.last, { type: 'authenticated' })
  assert.ok(bench.transcript.includes('C: AUTH PLAIN (hidden)'))
  assert.ok(!bench.transcript.join().includes(Buffer.from('\0u\0secret').toString('base64')))
})

test('[C7] answers challenges; gives up with "*" when the mechanism has no more, however often it is asked', () => {
  const bench = new Bench().ready('AUTH LOGIN')
  const answers = ['name', 'word']
  bench.client.authenticate({
    mechanism: 'LOGIN',
    initial: undefined,
    respond: () => (answers.length > 0 ? Buffer.from(answers.shift() ?? '') : undefined),
  })
  assert.equal(bench.sends(), 'AUTH LOGIN\r\n')
  assert.equal(bench.says('334 VXNlcm5hbWU6\r\n'), 'bmFtZQ==\r\n')
  assert.equal(bench.says('334 UGFzc3dvcmQ6\r\n'), 'd29yZA==\r\n')
  assert.equal(bench.says('334 more\r\n'), '*\r\n')
  bench.says('501 cancelled\r\n')
  assert.equal(bench.last?.type, 'auth-refused')
  const endless = new Bench().ready('AUTH PLAIN')
  endless.client.authenticate({ mechanism: 'PLAIN', initial: undefined, respond: () => Buffer.from('x') })
  for (let i = 0; i < 10; i++) endless.says('334 \r\n')
  assert.equal(endless.last?.type, 'failed')
})

test('[C8] MAIL carries SIZE, BODY and SMTPUTF8 exactly when they are offered and needed', () => {
  const full = { eightBit: true, smtpUtf8: true, reversePath: '' }
  assert.match(new Bench().ready('SIZE', '8BITMIME', 'SMTPUTF8').begin(full), /^MAIL FROM:<> SIZE=5 BODY=8BITMIME SMTPUTF8\r\n/)
  assert.match(new Bench().ready().begin(full), /^MAIL FROM:<>\r\n/)
  assert.match(new Bench().ready('8BITMIME', 'SMTPUTF8').begin(), /^MAIL FROM:<a@example.org>\r\n/)
})

test('[C9] with PIPELINING the envelope leaves in one piece, without it command by command (RFC 2920)', () => {
  const both = ['b@example.net', 'c@example.net']
  const group = 'MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nRCPT TO:<c@example.net>\r\nDATA\r\n'
  assert.equal(new Bench().ready(PIPELINING).begin({ recipients: both }), group)
  const bench = new Bench().ready()
  const sent = [bench.begin({ recipients: both }), bench.says('250 ok\r\n'), bench.says('250 ok\r\n'), bench.says('250 ok\r\n')]
  assert.deepEqual(sent, group.split(/(?<=\n)/))
})

test('[C10] content leaves dot-stuffed with its end, and the final answer is everybody’s (trap 42)', () => {
  const bench = new Bench().ready(PIPELINING)
  bench.begin({ recipients: ['b@example.net', 'c@example.net', 'd@example.net'] })
  bench.says('250 ok\r\n250 ok\r\n550 5.1.1 no\r\n250 ok\r\n354 go\r\n')
  assert.deepEqual(bench.last, { type: 'content-wanted' })
  assert.equal(bench.content(), 'Hi\r\n..x\r\n.\r\n')
  bench.says('250 2.0.0 queued\r\n')
  assert.ok(bench.last?.type === 'done' && bench.last.reusable)
  const { result } = bench.last
  assert.deepEqual(
    result.recipients.map((reply) => reply?.code),
    [250, 550, 250],
  )
  assert.deepEqual([result.final?.code, result.final?.enhanced, result.contentEnded], [250, '2.0.0', true])
  assert.ok(bench.transcript.includes('C: … 8 bytes of content'))
})

test('[C11] all answers of a group are read, also when the first refuses (trap 13)', () => {
  const bench = new Bench().ready(PIPELINING)
  bench.begin()
  bench.says('550 not you\r\n')
  assert.notEqual(bench.last?.type, 'done')
  bench.says('503 no MAIL\r\n')
  bench.says('503 no RCPT\r\n')
  assert.ok(bench.last?.type === 'done')
  assert.deepEqual([bench.last.result.mail?.code, bench.last.result.recipients], [550, [undefined]])
})

test('[C12] DATA accepted without a recipient is answered with a lone dot (trap 13, RFC 2920 §3.1)', () => {
  const bench = new Bench().ready(PIPELINING)
  bench.begin()
  assert.equal(bench.says('250 ok\r\n550 no\r\n354 go\r\n'), '.\r\n')
  assert.notEqual(bench.last?.type, 'done')
  bench.says('554 no recipients\r\n')
  assert.ok(bench.last?.type === 'done' && bench.last.reusable && bench.last.result.final === undefined)
  assert.match(bench.begin(), /^MAIL/)
})

test('[C13] a transaction that the server still has open is reset before the next, one that ended is not', () => {
  const bench = new Bench().ready(PIPELINING)
  bench.begin()
  bench.says('250 ok\r\n550 no\r\n503 no\r\n')
  assert.match(bench.begin(), /^RSET\r\nMAIL/)
  bench.says('250 reset\r\n250 ok\r\n250 ok\r\n354 go\r\n')
  bench.content()
  bench.says('250 ok\r\n')
  assert.match(bench.begin(), /^MAIL/)
})

test('[C14] without PIPELINING nothing is asked for content that nobody would get', () => {
  const bench = new Bench().ready()
  bench.begin()
  bench.says('250 ok\r\n')
  assert.equal(bench.says('550 no\r\n'), '')
  assert.equal(bench.last?.type, 'done')
  assert.equal(bench.begin(), 'RSET\r\n')
  const refused = new Bench().ready()
  refused.begin()
  assert.equal(refused.says('550 not you\r\n'), '')
  assert.equal(refused.last?.type, 'done')
})

test('[C15] 421 at any point is about the channel (trap 15)', () => {
  const points: readonly (readonly string[])[] = [
    ['421 x\r\n'],
    ['250 ok\r\n421 x\r\n'],
    ['250 ok\r\n250 ok\r\n421 x\r\n'],
    ['250 ok\r\n250 ok\r\n354 go\r\n', '421 x\r\n'],
  ]
  for (const said of points) {
    const bench = new Bench().ready(PIPELINING)
    bench.begin()
    for (const text of said) bench.says(text)
    assert.ok(bench.last?.type === 'failed' && bench.last.failure.type === 'channel', said.join())
  }
  const idle = new Bench().ready()
  idle.says('421 shutting down\r\n')
  assert.ok(idle.last?.type === 'failed' && idle.last.failure.type === 'channel')
})

test('[C16] 421 in place of the final answer is that answer too: nobody need fear a duplicate', () => {
  const bench = new Bench().ready(PIPELINING)
  bench.begin()
  bench.says('250 ok\r\n250 ok\r\n354 go\r\n')
  bench.content()
  bench.says('421 4.7.28 slow down\r\n')
  assert.equal(bench.last?.type, 'failed')
  assert.equal(bench.client.progress?.final?.code, 421)
})

test('[C17] a refusal before the content ended counts, but the connection is not used again', () => {
  const bench = new Bench().ready(PIPELINING)
  bench.begin()
  bench.says('250 ok\r\n250 ok\r\n354 go\r\n')
  bench.client.content(Buffer.from('half'))
  assert.equal(bench.says('552 too large\r\n'), '')
  assert.ok(bench.last?.type === 'done' && !bench.last.reusable && bench.last.result.final?.code === 552)
  bench.client.content(Buffer.from('rest'))
  assert.equal(bench.sends(), '')
})

test('[C18] an answer to nothing, or of a kind that makes no sense, ends the channel', () => {
  const senseless: readonly (readonly string[])[] = [
    ['354 go\r\n'],
    ['250 ok\r\n354 go\r\n'],
    ['250 ok\r\n250 ok\r\n250 ok\r\n'],
    ['250 ok\r\n250 ok\r\n354 go\r\n', '250 too early\r\n'],
    ['hello\r\n'],
    ['250-a\r\n251 b\r\n'],
  ]
  for (const said of senseless) {
    const bench = new Bench().ready(PIPELINING)
    bench.begin()
    for (const text of said) bench.says(text)
    assert.ok(bench.last?.type === 'failed' && bench.last.failure.type === 'protocol', said.join())
  }
  const idle = new Bench().ready()
  idle.says('250 hello?\r\n')
  assert.ok(idle.last?.type === 'failed' && idle.last.failure.type === 'protocol')
})

test('[C19] every phase has its own patience, and the final answer the longest', () => {
  const bench = new Bench()
  assert.equal(bench.client.phase, 'greeting')
  bench.ready(PIPELINING, 'STARTTLS')
  assert.equal(bench.client.phase, 'idle')
  bench.begin()
  assert.equal(bench.client.phase, 'envelope')
  bench.says('250 ok\r\n250 ok\r\n')
  assert.equal(bench.client.phase, 'data')
  bench.says('354 go\r\n')
  assert.equal(bench.client.phase, 'block')
  bench.content()
  assert.equal(bench.client.phase, 'final')
})

test('[C20] QUIT is answered by goodbye', () => {
  const bench = new Bench().ready()
  bench.client.quit()
  assert.equal(bench.sends(), 'QUIT\r\n')
  bench.says('221 bye\r\n')
  assert.deepEqual(bench.last, { type: 'goodbye' })
})

test('[C21] an address with a line break never reaches the wire (trap 48)', () => {
  for (const address of ['b@example.net>\r\nDATA', 'b\n@example.net', 'b\0@x', 'b\x7f@x']) {
    assert.throws(() => new Bench().ready(PIPELINING).begin({ recipients: [address] }))
    assert.throws(() => new Bench().ready(PIPELINING).begin({ reversePath: address }))
  }
})

test('[C22] content that is not CRLF canonical is refused by construction (trap 2)', () => {
  for (const text of ['a\nb\r\n', 'a\rb\r\n', 'a\r\n.\nb\r\n']) {
    const bench = new Bench().ready(PIPELINING)
    bench.begin()
    bench.says('250 ok\r\n250 ok\r\n354 go\r\n')
    assert.throws(() => bench.content(text))
  }
})

test('[C23] lines longer than 998 octets go on unchanged, whole (trap 7)', () => {
  const bench = new Bench().ready(PIPELINING)
  bench.begin()
  bench.says('250 ok\r\n250 ok\r\n354 go\r\n')
  const long = `${'x'.repeat(5000)}\r\n`
  assert.equal(bench.content(long), `${long}.\r\n`)
})

/** A server's side of whole conversations, as answers to what the client sends. */
const CONVERSATIONS: readonly (readonly string[])[] = [
  ['250 ok\r\n250 ok\r\n550-no\r\n550 never\r\n354 go\r\n', '250-fine\r\n250 queued\r\n'],
  ['550-5.7.1 no\r\n550 5.7.1 why\r\n503 x\r\n503 x\r\n503 x\r\n', ''],
  ['250 ok\r\n452 4.5.3 full\r\n552 full\r\n354 go\r\n', '554 none\r\n'],
  ['250\r\n250\r\n250\r\n354\r\n', '421 bye\r\n'],
]

function converse(said: readonly string[], cut?: (length: number) => number): { result: unknown; transcript: readonly string[] } {
  const bench = new Bench(cut).ready('PIPELINING', 'SIZE 100', '8BITMIME')
  bench.begin({ recipients: ['b@example.net', 'c@example.net'] })
  for (const text of said) {
    bench.says(text)
    if (bench.client.state === 'content') bench.content()
  }
  const last = bench.last
  return { result: last?.type === 'done' ? plain(last.result) : last, transcript: bench.transcript }
}

function plain({ mail, recipients, data, final, contentEnded }: TransactionResult): unknown {
  return { mail, recipients, data, final, contentEnded }
}

test('[C24] how the bytes are cut makes no difference', () => {
  fc.assert(
    fc.property(fc.constantFrom(...CONVERSATIONS), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (said, cuts) => {
      let i = 0
      assert.deepEqual(
        converse(said, () => cuts[i++ % cuts.length] ?? 1),
        converse(said),
      )
    }),
    { numRuns: 200 },
  )
})

/** Random bytes, and random pieces of SMTP: both reach places the other does not. */
const NOISE = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc
    .array(
      fc.constantFrom(
        '2',
        '5',
        '0',
        '250',
        '354',
        '421',
        '220',
        '550',
        ' ',
        '-',
        '\r\n',
        '\n',
        '.',
        'ok',
        'PIPELINING',
        '250-',
        '334 ',
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join('')),
)

test('[C25] whatever a server sends, nothing is thrown and nothing hangs', () => {
  fc.assert(
    fc.property(fc.array(NOISE, { maxLength: 12 }), fc.nat({ max: 5 }), (pieces, start) => {
      const bench = new Bench()
      if (start > 0) bench.ready('PIPELINING', 'STARTTLS', 'AUTH PLAIN')
      if (start === 1) bench.begin()
      if (start === 2) bench.client.startTls()
      if (start === 3) bench.client.authenticate({ mechanism: 'PLAIN', initial: undefined, respond: () => Buffer.from('x') })
      if (start === 4) bench.client.quit()
      for (const piece of pieces) {
        bench.says(piece)
        if (bench.client.state === 'content') bench.content()
        else if (bench.client.state === 'handshake') bench.client.secured()
        else if (bench.client.state === 'ready') bench.client.begin(ENVELOPE)
      }
      assert.ok(bench.events.filter(({ type }) => type === 'failed').length <= 1)
    }),
    { numRuns: 1000 },
  )
})
