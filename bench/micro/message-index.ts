// What the index of a message costs while it comes in, and what reading it back costs. Run: node bench/micro/message-index.ts [rounds]

import { decodeIndex, encodeIndex, indexOf, MessageIndexer } from '../../src/mail/message/message.ts'

const rounds = Number(process.argv[2] ?? 20_000)

const header = [
  'Received: from mx.example.net (mx.example.net [192.0.2.25])\r\n\tby mail.example.org with ESMTPS id 01J8ZK3V5T\r\n\tfor <ann@example.org>; Fri, 02 Jan 2026 15:04:05 +0000',
  'Received: from laptop (host.example.net [198.51.100.7])\r\n\tby mx.example.net with ESMTPSA id abcdef; Fri, 02 Jan 2026 15:04:03 +0000',
  'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.net; s=mail;\r\n\th=from:to:subject:date:message-id;\r\n' +
    '\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n\tb=dzdVyOfAKCdLXdJOc9G2q8LoXSlEniSbav+yuU4zGeeruD00lszZVoG4ZHRNiYzR',
  'From: "Bob Builder" <bob@example.net>',
  'To: Ann Example <ann@example.org>, carl@example.org',
  'Subject: Re: [project] =?utf-8?Q?Gr=C3=BC=C3=9Fe?= and a plan for Thursday',
  'Date: Fri, 02 Jan 2026 16:04:02 +0100',
  'Message-ID: <20260102150402.1234@example.net>',
  'In-Reply-To: <20260101120000.77@example.org>',
  'References: <20260101110000.75@example.org> <20260101120000.77@example.org>',
  'MIME-Version: 1.0',
  'User-Agent: Example Mail 12.1',
]
const paragraph = 'We should meet on Thursday, look at the drawings, and decide what to build first.\r\n'
const plain = message([...header, 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit'], paragraph)
const boundary = '----=_Part_1234'
const alternative = message(
  [...header, `Content-Type: multipart/alternative; boundary="${boundary}"`],
  '',
  [
    `--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${paragraph.repeat(16)}`,
    `--${boundary}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>${paragraph.repeat(15)}</p></body></html>`,
    `--${boundary}--\r\n`,
  ].join('\r\n'),
)

for (const [name, bytes] of [
  ['plain', plain],
  ['alternative', alternative],
] as const) {
  for (let turn = 0; turn < 3; turn++) {
    const made = measure(() => indexOf(bytes))
    const encoded = encodeIndex(indexOf(bytes))
    const decode = measure(() => decodeIndex(encoded)?.envelope)
    const sort = measure(() => decodeIndex(encoded)?.baseSubject)
    const parts = measure(() => decodeIndex(encoded)?.parts)
    const wrote = measure(() => encodeIndex(indexOf(bytes))) - made
    console.log(
      `${name}, ${bytes.length} octets: index ${made.toFixed(1)} µs, encode ${wrote.toFixed(1)} µs to ${encoded.length} octets; ` +
        `read envelope ${decode.toFixed(2)} µs, subject ${sort.toFixed(2)} µs, parts ${parts.toFixed(2)} µs`,
    )
  }
}
large()

function message(fields: readonly string[], repeated: string, body = ''): Buffer {
  const head = `${fields.join('\r\n')}\r\n\r\n${body}`
  return Buffer.from(head + repeated.repeat(Math.max(0, Math.floor((4096 - head.length) / Math.max(1, repeated.length)))))
}

// Processor time, so that what else runs on the machine counts less.
function measure(work: () => unknown): number {
  const start = process.cpuUsage()
  for (let i = 0; i < rounds; i++) work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / rounds
}

function large(): void {
  const line = `${'QUJD'.repeat(19)}\r\n`
  const bytes = Buffer.from(
    `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n${line.repeat(500_000)}--b--\r\n`,
  )
  const indexer = new MessageIndexer()
  const start = performance.now()
  for (let position = 0; position < bytes.length; position += 65_536) indexer.push(bytes.subarray(position, position + 65_536))
  indexer.finish()
  const seconds = (performance.now() - start) / 1000
  console.log(`large: ${(bytes.length / 1024 / 1024 / seconds).toFixed(0)} MiB/s`)
}
