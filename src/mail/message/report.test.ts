// Reports: what they say to people and to programs, and that both can read them.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { headerFacts } from './header-block.ts'
import { LINE_OCTETS_MAX, REPORT_HEADER_BYTES_MAX } from './limits.ts'
import { parseReport } from './parse-report.ts'
import { buildReport, type Report, type ReportRecipient, reportNeedsSmtpUtf8 } from './report.ts'
import { allParts, structureOf } from './structure.ts'

const AT = Date.UTC(2026, 0, 2, 15, 4, 5)
const ORIGINAL = 'From: Alice <alice@example.com>\r\nSubject: Lunch\r\nMessage-ID: <abc@example.com>\r\n\r\n'

const RECIPIENT: ReportRecipient = {
  finalRecipient: 'bob@example.net',
  originalRecipient: 'rfc822;team@example.org',
  status: '5.1.1',
  remoteHost: 'mx.example.net',
  diagnostic: '550 5.1.1 <bob@example.net>: no such user here',
  lastAttemptAt: AT - 1000,
}

const REPORT: Report = {
  kind: 'failed',
  recipients: [RECIPIENT],
  originalHeaders: Buffer.from(ORIGINAL),
  reportingHost: 'mx.example.org',
  arrivalAt: AT - 60_000,
  at: AT,
  messageId: '<report@mx.example.org>',
  to: 'alice@example.com',
  envelopeId: 'QQ314159',
  boundary: '0123456789abcdefgh',
}

function built(change: Partial<Report> = {}): string {
  return Buffer.from(buildReport({ ...REPORT, ...change })).toString('utf8')
}

function assertSound(text: string): void {
  assert.doesNotMatch(text, /\r(?!\n)|(?<!\r)\n/)
  for (const line of text.split('\r\n')) assert.ok(Buffer.byteLength(line) <= LINE_OCTETS_MAX, line.slice(0, 80))
}

test('[R1] trap 28: a multipart/report of three parts, with the fields RFC 3464 §2 asks for', () => {
  const bytes = buildReport(REPORT)
  const { root, missingEnd } = structureOf(bytes)
  assert.equal(missingEnd, false)
  assert.equal(root.mediaType.subtype, 'report')
  assert.equal(root.mediaType.parameters.get('report-type'), 'delivery-status')
  assert.deepEqual(
    root.children.map(({ mediaType }) => `${mediaType.type}/${mediaType.subtype}`),
    ['text/plain', 'message/delivery-status', 'text/rfc822-headers'],
  )
  const status = root.children[1]
  assert(status)
  assert.equal(
    Buffer.from(bytes).toString('utf8', status.bodyStart, status.bodyEnd),
    [
      'Reporting-MTA: dns; mx.example.org',
      'Original-Envelope-Id: QQ314159',
      'Arrival-Date: Fri, 02 Jan 2026 15:03:05 +0000',
      '',
      'Original-Recipient: rfc822; team@example.org',
      'Final-Recipient: rfc822; bob@example.net',
      'Action: failed',
      'Status: 5.1.1',
      'Remote-MTA: dns; mx.example.net',
      'Diagnostic-Code: smtp; 550 5.1.1 <bob@example.net>: no such user here',
      'Last-Attempt-Date: Fri, 02 Jan 2026 15:04:04 +0000',
      '',
    ].join('\r\n'),
  )
  assertSound(built())
})

test('[R2] trap 28: its own header says what it is, and no Message-ID has two pairs of brackets', () => {
  const text = built()
  for (const line of [
    'Auto-Submitted: auto-replied',
    'Message-ID: <report@mx.example.org>',
    'In-Reply-To: <abc@example.com>',
    'To: <alice@example.com>',
  ])
    assert.ok(text.includes(`\r\n${line}\r\n`), line)
  const facts = headerFacts(Buffer.from(text.slice(0, text.indexOf('\r\n\r\n') + 4)))
  assert.deepEqual(facts.problems, [])
  assert.equal(facts.from, 'postmaster@mx.example.org')
  assert.equal(facts.autoSubmitted, 'auto-replied')
  assert.equal(facts.subject, 'Your message could not be delivered: team@example.org')
})

test('[R3] people are told who, what happened, what the other server said, and what to do', () => {
  const text = built()
  for (const words of [
    'team@example.org',
    'Your message "Lunch"',
    'There is no mailbox with this address.',
    'The server mx.example.net said:',
    '550 5.1.1',
    'Check the address',
  ])
    assert.ok(text.includes(words), words)
  assert.ok(
    built({ recipients: [{ ...RECIPIENT, meaning: 'It rained.', advice: 'Take an umbrella.' }] }).includes(
      'What happened: It rained.',
    ),
  )
})

test('[R4] a delay says that nothing need be done, and until when we try', () => {
  const delayed = built({ kind: 'delayed', recipients: [{ ...RECIPIENT, status: '4.4.1', willRetryUntil: AT + 86_400_000 }] })
  const text = delayed.replace(/\s+/g, ' ')
  for (const words of [
    'You need not do anything',
    'We keep trying until Sat, 03 Jan 2026 15:04:05 +0000',
    'Action: delayed',
    'Will-Retry-Until: Sat, 03 Jan',
  ])
    assert.ok(text.includes(words), words)
  assert.ok(!built({ recipients: [{ ...RECIPIENT, willRetryUntil: AT }] }).includes('Will-Retry-Until'))
})

test('[R5] every kind is built and read back', () => {
  for (const kind of ['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const) {
    assert.deepEqual(parseReport(buildReport({ ...REPORT, kind })), {
      reportingHost: 'mx.example.org',
      envelopeId: 'QQ314159',
      arrivalAt: AT - 60_000,
      original: headerFacts(Buffer.from(ORIGINAL.slice(0, -2))),
      recipients: [
        {
          finalRecipient: 'bob@example.net',
          originalRecipient: 'team@example.org',
          action: kind,
          status: '5.1.1',
          remoteHost: 'mx.example.net',
          diagnostic: '550 5.1.1 <bob@example.net>: no such user here',
          lastAttemptAt: AT - 1000,
        },
      ],
    })
  }
})

test('[R6] trap 25: there is no report to the null reverse path', () => {
  assert.throws(() => buildReport({ ...REPORT, to: '' }), /null reverse path/)
})

test('[R7] trap 48: the words of others cannot add lines, our own values are refused if they would', () => {
  const text = built({
    recipients: [{ ...RECIPIENT, diagnostic: '550 no\r\n\r\n--report\r\nAction: delivered\0', remoteHost: 'mx\r\nX: y' }],
  })
  assertSound(text)
  assert.equal(parseReport(Buffer.from(text))?.recipients.length, 1)
  assert.equal(parseReport(Buffer.from(text))?.recipients[0]?.action, 'failed')
  const bad = 'a\r\nX: y'
  for (const change of [
    { to: bad },
    { from: bad },
    { reportingHost: bad },
    { envelopeId: bad },
    { messageId: bad },
    { boundary: bad },
  ])
    assert.throws(() => buildReport({ ...REPORT, ...change }), JSON.stringify(change))
  for (const change of [{ finalRecipient: bad }, { originalRecipient: bad }, { status: '511' }])
    assert.throws(() => built({ recipients: [{ ...RECIPIENT, ...change }] }))
})

test('[R8] the boundary stands in no part, even when the sender knows it', () => {
  const evil = `X: report-${REPORT.boundary}\r\nY: report-${REPORT.boundary}-1\r\n`
  const bytes = buildReport({ ...REPORT, originalHeaders: Buffer.from(evil + ORIGINAL) })
  assert.equal(structureOf(bytes).root.mediaType.parameters.get('boundary'), `report-${REPORT.boundary}-2`)
  assert.equal(structureOf(bytes).partCount, 4)
})

test('[R9] trap 7: long lines, odd octets and huge headers are carried whole or cut at a field, never broken', () => {
  const long = `X-Long: ${'y'.repeat(5000)}\r\n`
  const withLong = built({ originalHeaders: Buffer.from(long + ORIGINAL) })
  assertSound(withLong)
  assert.equal(parseReport(Buffer.from(withLong))?.original?.messageId, 'abc@example.com')
  const odd = Buffer.from(`Subject: caf\xe9 \0 \n x\r\n${ORIGINAL}`, 'latin1')
  assertSound(built({ originalHeaders: odd }))
  assert.equal(parseReport(buildReport({ ...REPORT, originalHeaders: odd }))?.original?.subject, 'café     x')
  const huge = buildReport({
    ...REPORT,
    originalHeaders: Buffer.from(ORIGINAL.slice(0, -2) + `X-Filler: ${'0123456789'.repeat(10)}\r\n`.repeat(1500)),
  })
  assert.ok(huge.length < REPORT_HEADER_BYTES_MAX + 8192)
  const [, , , quoted] = [...allParts(structureOf(huge))]
  assert(quoted)
  assert.ok(Buffer.from(huge).toString('latin1', quoted.bodyStart, quoted.bodyEnd).endsWith('0123456789\r\n'))
  assertSound(built({ originalHeaders: Buffer.alloc(0) }))
  assertSound(built({ originalHeaders: Buffer.from('no field') }))
})

test("[R9] another server's endless words are folded and cut", () => {
  for (const diagnostic of [`550 ${'x'.repeat(10_000)}`, `550 ${'😀'.repeat(5000)}`, `550 ${'wörter '.repeat(2000)}`]) {
    assertSound(built({ recipients: [{ ...RECIPIENT, diagnostic }] }))
    assertSound(built({ recipients: [{ ...RECIPIENT, finalRecipient: 'ж@example.net', diagnostic }] }))
  }
})

test('[R9] a report about very many recipients lists some and counts the others', () => {
  const bytes = buildReport({ ...REPORT, recipients: new Array<ReportRecipient>(1500).fill(RECIPIENT) })
  assert.equal(parseReport(bytes)?.recipients.length, 1000)
  assert.ok(Buffer.from(bytes).toString().includes('and 1450 more'))
})

test('[R10] addresses outside ASCII take the forms of RFC 6533', () => {
  const change = {
    to: 'ж@example.com',
    recipients: [{ ...RECIPIENT, finalRecipient: 'ü@example.net' }],
    originalHeaders: Buffer.from(`Subject: Grüße\r\n${ORIGINAL}`),
  }
  const text = built(change)
  assert.equal(reportNeedsSmtpUtf8({ ...REPORT, ...change }), true)
  for (const words of [
    'message/global-delivery-status',
    'message/global-headers',
    'Final-Recipient: utf-8; ü@example.net',
    'Subject: Grüße',
  ])
    assert.ok(text.includes(words), words)
  const read = parseReport(Buffer.from(text))
  assert.equal(read?.recipients[0]?.finalRecipient, 'ü@example.net')
  assert.equal(read?.original?.subject, 'Grüße')
})

test('[R11] with plain addresses a report is plain ASCII, whatever it quotes', () => {
  const change = {
    originalHeaders: Buffer.from(`Subject: Grüße\r\n${ORIGINAL}`),
    recipients: [{ ...RECIPIENT, diagnostic: '550 Empfänger unbekannt' }],
  }
  assert.equal(reportNeedsSmtpUtf8({ ...REPORT, ...change }), false)
  const text = built(change)
  assert.match(text, /^[\u0000-\u007f]*$/)
  assert.equal(parseReport(Buffer.from(text))?.original?.subject, 'Grüße')
})

test('[R12] reports of other servers are read', () => {
  const other = [
    'Content-Type: multipart/report; report-type="delivery-status"; boundary="=_x"',
    '',
    '--=_x',
    '',
    'Sorry.',
    '--=_x',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: DNS;relay.example',
    'X-Queue-ID: 1',
    '',
    '',
    'final-recipient: RFC822;<Bob@example.net>',
    'Action: Failed (could not)',
    'Status: 5.0.0 (permanent failure)',
    'Diagnostic-Code: smtp; 550-first',
    '    550 second',
    '',
    'Final-Recipient: utf-8; \\x{436}@example.net',
    'Action: delayed',
    'Status: 4.4.1',
    '--=_x',
    'Content-Type: message/rfc822',
    '',
    'Message-ID: <orig@x>',
    '',
    'body',
    '--=_x--',
  ]
  const read = parseReport(Buffer.from(other.join('\r\n')))
  assert.equal(read?.reportingHost, 'relay.example')
  assert.equal(read?.original?.messageId, 'orig@x')
  assert.deepEqual(read?.recipients, [
    { finalRecipient: 'Bob@example.net', action: 'failed', status: '5.0.0', diagnostic: '550-first    550 second' },
    { finalRecipient: 'ж@example.net', action: 'delayed', status: '4.4.1' },
  ])
  const bare =
    'Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\nFinal-Recipient: rfc822; a@b.c\r\nStatus: 5.1.1\r\n'
  assert.deepEqual(parseReport(Buffer.from(bare)), {
    reportingHost: 'x',
    recipients: [{ finalRecipient: 'a@b.c', status: '5.1.1' }],
  })
  assert.equal(parseReport(Buffer.from(ORIGINAL)), undefined)
})

test('[R14] a Message-ID of very many octets, or outside ASCII, is not answered to', () => {
  for (const messageId of ['ü@x', `${'ü'.repeat(500)}@x`, `${'x'.repeat(2000)}@x`]) {
    const text = built({ originalHeaders: Buffer.from(`Message-ID: <${messageId}>\r\n`) })
    assertSound(text)
    assert.ok(!text.includes('In-Reply-To'))
  }
  assert.ok(built({ to: 'ж@example.com', originalHeaders: Buffer.from('Message-ID: <ü@x>\r\n') }).includes('In-Reply-To: <ü@x>'))
})

test('[R14] no header a stranger can write stops a report, makes it 8-bit or breaks its parts', () => {
  const piece = fc.constantFrom(
    'From: ',
    'Subject: ',
    'Message-ID: <',
    'Date: ',
    '=?utf-8?B?',
    '?=',
    '\r\n',
    '\r\n ',
    '\r\n\r\n',
    '>',
    '@',
    '"',
    '<',
  )
  const octets = fc.constantFrom(
    '\0',
    '\n',
    '\r',
    '\xff',
    'Ã¼',
    'ð\x9f\x98\x80'.repeat(300),
    'x'.repeat(1200),
    `report-${REPORT.boundary}`,
  )
  fc.assert(
    fc.property(
      fc.array(fc.oneof(piece, octets), { maxLength: 30 }),
      fc.string({ unit: 'binary', maxLength: 100 }),
      (pieces, words) => {
        const header = Buffer.from(pieces.join(''), 'latin1')
        const bytes = buildReport({
          ...REPORT,
          originalHeaders: header,
          recipients: [{ ...RECIPIENT, diagnostic: words, remoteHost: words }],
        })
        const text = Buffer.from(bytes).toString('latin1')
        assert.match(text, /^[\u0000-\u007f]*$/)
        assertSound(text)
        assert.equal(structureOf(bytes).root.children.length, 3)
        assert.equal(parseReport(bytes)?.recipients[0]?.status, '5.1.1')
      },
    ),
    { numRuns: 300 },
  )
})

const PYTHON = `
import sys, json, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
status = m.get_payload(1)
print(json.dumps({
  'type': m.get_content_type(), 'reportType': m.get_param('report-type'), 'parts': [p.get_content_type() for p in m.get_payload()],
  'defects': [str(d) for p in m.walk() for d in p.defects],
  'groups': [dict((k.lower(), str(v)) for k, v in g.items()) for g in status.get_payload()],
  'subject': str(m['subject']), 'text': m.get_payload(0).get_content(),
}))`

test('[R13] another implementation reads the same', (t) => {
  const run = spawnSync('python3', ['-c', PYTHON], {
    input: buildReport({ ...REPORT, recipients: [RECIPIENT, { ...RECIPIENT, diagnostic: 'Ä' }] }),
    encoding: 'utf8',
  })
  if (run.error !== undefined) {
    t.skip('python3 is not there')
    return
  }
  assert.equal(run.status, 0, run.stderr)
  const read = JSON.parse(run.stdout)
  assert.deepEqual(
    [read.type, read.reportType, read.parts, read.defects],
    ['multipart/report', 'delivery-status', ['text/plain', 'message/delivery-status', 'text/rfc822-headers'], []],
  )
  assert.equal(read.groups.length, 3)
  assert.equal(read.groups[0]['reporting-mta'], 'dns; mx.example.org')
  assert.equal(read.groups[1]['final-recipient'], 'rfc822; bob@example.net')
  assert.equal(read.groups[1].status, '5.1.1')
  assert.match(read.text, /Ä/)
})
