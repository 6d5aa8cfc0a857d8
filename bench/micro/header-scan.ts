// How long one header takes: scan for its end, read the facts, mend a submission. Run: node bench/micro/header-scan.ts

import { editSubmission, HeaderScanner, headerFacts } from '../../src/mail/message/message.ts'

const HEADER = [
  'Received: from mail-ed1-f51.example.com (mail-ed1-f51.example.com [192.0.2.51])',
  '\tby mx.example.org with ESMTPS id 01h2x3y4z5a6b7c8d9',
  '\tfor <bob@example.org>',
  '\ttls TLS_AES_256_GCM_SHA384 (TLSv1.3);',
  '\tFri, 02 Jan 2026 15:04:05 +0000',
  'Received: by mail-ed1-f51.example.com with SMTP id 4fb4d7f45d1cf-5c0 for <bob@example.org>; Fri, 02 Jan 2026 07:04:04 -0800 (PST)',
  'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=20230601; t=1767366244; x=1767971044; darn=example.org;',
  '        h=to:subject:message-id:date:from:mime-version:from:to:cc:subject:date:message-id:reply-to;',
  '        bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;',
  '        b=QyXv6tNlxyNfTfQ0mJmJk2V1x2bqQXcUeVwQm7oV3fV0w9wq3fJrZb2r0kqk1k9y5k',
  '         2hYJ8lqk4QqkD8yQ4dY8x7p0b3Wl5D2T1w8z9h3v5f7s1j6n4m0c2x8z7l5k3j1h9g',
  'X-Gm-Message-State: AOJu0YxQ9l2kq3w8v7b6n5m4k3j2h1g0f9d8s7a6p5o4i3u2y1t0r9e8w7q6',
  'X-Received: by 2002:a05:6402:5204:b0:5cf:4a3 with SMTP id s4-20020a05640252; Fri, 02 Jan 2026 07:04:03 -0800 (PST)',
  'MIME-Version: 1.0',
  'From: Alice Example <alice@example.com>',
  'Date: Fri, 2 Jan 2026 16:04:02 +0100',
  'Message-ID: <CAJx8=kq3w8v7b6n5m4k3j2h1g0f9d8s7a6p5@mail.example.com>',
  'Subject: =?UTF-8?Q?Sitzung_am_Montag=3A_neue_Gr=C3=B6=C3=9Fe?=',
  'To: Bob Example <bob@example.org>',
  'Content-Type: multipart/alternative; boundary="000000000000a1b2c3d4e5f6"',
  '',
  '',
].join('\r\n')

const ROUNDS = 20_000

const header = Buffer.from(HEADER)
const message = Buffer.concat([header, Buffer.alloc(60_000, 'x')])
const edit = { messageId: 'a@b', dateMs: 0 }

measure('scan', () => new HeaderScanner().push(message))
measure('facts', () => headerFacts(header))
measure('scan and facts', () => {
  const scanner = new HeaderScanner()
  scanner.push(message)
  return headerFacts(scanner.header())
})
measure('submission, nothing to do', () => editSubmission(header, edit))

function measure(name: string, run: () => unknown): void {
  for (let i = 0; i < ROUNDS / 4; i++) run()
  const start = performance.now()
  for (let i = 0; i < ROUNDS; i++) run()
  const perRoundUs = ((performance.now() - start) / ROUNDS) * 1000
  process.stdout.write(`${name.padEnd(28)}${perRoundUs.toFixed(2)} µs (header of ${header.length} bytes)\n`)
}
