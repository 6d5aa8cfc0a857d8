// Mail that leaves: by DNS and by routes, around dead hosts, with retries and reports; and the operator who watches and steps in.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { parseReport } from '../../src/mail/message/message.ts'
import type { Journey, QueueRow } from '../../src/surface/api/api.ts'
import { type Dns, openDns } from './dns.ts'
import { type House, openHouse } from './house.ts'
import { awaitMail, field, hand, letter, readMailbox, signIn } from './mail.ts'
import { posthorn } from './program.ts'
import { openSink, type Sink } from './sink.ts'
import { dialSmtp } from './wire.ts'

/** The second address of this machine: Linux gives the whole of 127/8 to loopback, other systems only its first address. */
const skip = process.platform === 'linux' ? false : 'needs more than one loopback address'

const closers: (() => Promise<unknown>)[] = []
let house: House
let sink: Sink
let dns: Dns

/** What the sink answers at RCPT; whatever is not here is accepted. */
const refusals = new Map<string, (() => string | undefined) | string>()

before(async () => {
  if (skip) return
  const recipient = (address: string): string | undefined => {
    const refusal = refusals.get(address)
    return typeof refusal === 'function' ? refusal() : refusal
  }
  sink = await openSink({ recipient }, { host: '127.0.0.2' })
  dns = await openDns({
    'two.test': {
      mx: [
        [20, 'alive.two.test'],
        [10, 'dead.two.test'],
      ],
    },
    'dead.two.test': { a: ['127.0.0.3'] },
    'alive.two.test': { aaaa: ['::1'], a: ['127.0.0.2'] },
    'implicit.test': { a: ['127.0.0.2'] },
    'null.test': { mx: [[0, '.']] },
    'silent.test': 'servfail',
  })
  house = await openHouse({ after: (close) => void closers.push(close as () => Promise<void>) }, { settings: settings() })
  closers.push(sink.close, dns.close)
})

after(async () => {
  for (const close of closers) await close()
})

function settings({ expireAfter = '5d' } = {}): string {
  return `
[process]
threads = 2
[dns]
servers = ["${dns.address}"]
[queue]
retry = ["1s"]
expireAfter = "${expireAfter}"
[remote]
holdBusy = "1s"
holdUnreachable = "1s"
[route]
remotePort = ${sink.port}
allowLoopback = true
[route.routes]
"static.test" = "127.0.0.2:${sink.port}"
"*.static.test" = "127.0.0.2:${sink.port}"
`
}

/** Answers the id under which it was accepted. */
async function submit(to: readonly string[], subject: string, from = 'alice@posthorn.test'): Promise<string> {
  const wire = await dialSmtp(house.program.port('submission'))
  await signIn(wire, house.person('alice'))
  const heard = await hand(wire, { from, to, content: letter(subject) })
  wire.hangUp()
  assert.equal(heard.code, 250, heard.text)
  return heard.text.split(' ').at(-1) ?? ''
}

async function journeyWhen(id: string, wanted: (journey: Journey) => boolean): Promise<Journey> {
  const control = await house.control()
  for (;;) {
    const found = await control.journey(id)
    assert.ok(found.ok)
    if (wanted(found.value)) return found.value
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function sunk(subject: string) {
  return sink.messages.filter(({ content }) => field(content, 'Subject') === subject)
}

/** The report in Alice's mailbox about the message with this subject. */
async function reportAbout(subject: string) {
  const id = `${subject.replace(/\W+/g, '-')}@elsewhere.test`
  const about = (message: string) => parseReport(Buffer.from(message, 'latin1'))?.original?.messageId?.includes(id)
  const all = await awaitMail(house.program.port('pop3'), house.person('alice'), (messages) => messages.some(about))
  const reports = all.filter(about)
  const [message = ''] = reports
  return { count: reports.length, message, report: parseReport(Buffer.from(message, 'latin1')) }
}

test('by MX: the dead first host is passed over, the second takes it by its working address', { skip }, async () => {
  const id = await submit(['kim@two.test'], 'two hosts')
  const journey = await journeyWhen(id, ({ state }) => state === 'delivered')
  assert.equal(sunk('two hosts').length, 1)
  assert.deepEqual(sunk('two hosts')[0]?.to, ['kim@two.test'])
  assert.equal(journey.recipients[0]?.attempts, 1)
  assert.equal(journey.recipients[0]?.lastReply?.host?.includes('alive.two.test'), true)
  assert.deepEqual(
    dns.asked.filter((question) => question.startsWith('MX two')),
    ['MX two.test'],
  )
})

test('by the domain’s own address where it has no MX, and by the operator’s route before all DNS', { skip }, async () => {
  await submit(['kim@implicit.test', 'kim@static.test', 'kim@below.static.test'], 'three ways')
  await sink.received(sink.messages.length + 3 - sunk('three ways').length)
  assert.deepEqual(
    sunk('three ways')
      .flatMap(({ to }) => to)
      .sort(),
    ['kim@below.static.test', 'kim@implicit.test', 'kim@static.test'],
  )
  assert.equal(
    dns.asked.some((question) => question.includes('static.test')),
    false,
  )
})

test('a domain that takes no mail (null MX) and one that does not exist: reports with 5.1.10 and 5.1.2', { skip }, async () => {
  await submit(['kim@null.test'], 'null mx')
  await submit(['kim@gone.test'], 'no such domain')
  assert.deepEqual(
    (await reportAbout('null mx')).report?.recipients.map(({ status, action }) => [status, action]),
    [['5.1.10', 'failed']],
  )
  assert.deepEqual(
    (await reportAbout('no such domain')).report?.recipients.map(({ status }) => status),
    ['5.1.2'],
  )
})

test('some recipients of one message fail: one report names them and nobody else', { skip }, async () => {
  refusals.set('bad1@static.test', '550 5.1.1 nobody of this name')
  refusals.set('bad2@static.test', '552 5.2.2 mailbox full')
  const id = await submit(['ok1@static.test', 'bad1@static.test', 'ok2@static.test', 'bad2@static.test'], 'partly')
  const { count, message, report } = await reportAbout('partly')
  assert.equal(count, 1)
  assert.deepEqual(
    report?.recipients.map(({ finalRecipient, status }) => [finalRecipient, status]),
    [
      ['bad1@static.test', '5.1.1'],
      ['bad2@static.test', '5.2.2'],
    ],
  )
  assert.match(report?.recipients[0]?.diagnostic ?? '', /nobody of this name/)
  assert.doesNotMatch(message, /ok[12]@static/)
  assert.equal(field(message, 'Return-Path'), '<>')
  assert.equal(field(message, 'Auto-Submitted'), 'auto-replied')
  const journey = await journeyWhen(id, ({ recipients }) => recipients.every(({ state }) => state !== 'waiting'))
  assert.deepEqual(
    journey.recipients.map(({ state }) => state),
    ['delivered', 'returned', 'delivered', 'returned'],
  )
  assert.deepEqual(sunk('partly')[0]?.to, ['ok1@static.test', 'ok2@static.test'])
})

test('a refusal for now is tried again until it is taken', { skip }, async () => {
  let asked = 0
  refusals.set('later@static.test', () => (++asked <= 2 ? '450 4.2.1 come back later' : undefined))
  const id = await submit(['later@static.test'], 'later')
  const journey = await journeyWhen(id, ({ state }) => state === 'delivered')
  assert.equal(journey.recipients[0]?.attempts, 3)
  assert.deepEqual(
    journey.timeline.map(({ type }) => type).filter((type) => type === 'deferred' || type === 'delivered'),
    ['deferred', 'deferred', 'delivered'],
  )
  assert.equal(sunk('later').length, 1)
})

test('DNS that does not answer is no refusal: the message waits', { skip }, async () => {
  const id = await submit(['kim@silent.test'], 'servfail')
  const journey = await journeyWhen(id, ({ state, recipients }) => state === 'waiting' && recipients[0]?.lastReply !== undefined)
  assert.equal(journey.recipients[0]?.state, 'waiting')
  assert.equal(journey.recipients[0]?.lastReply?.enhanced, '4.4.3')
  const dropped = await (await house.control()).changeQueue({ action: 'drop', id })
  assert.ok(dropped.ok)
})

test('no report about a message without a sender, and the journey says so', { skip }, async () => {
  const before = (await readMailbox(house.program.port('pop3'), house.person('alice'))).length
  const id = await submit(['kim@null.test'], 'null sender', '')
  const journey = await journeyWhen(id, ({ timeline }) => timeline.some(({ type }) => type === 'report-suppressed'))
  assert.equal(journey.state, 'returned')
  assert.equal((await readMailbox(house.program.port('pop3'), house.person('alice'))).length, before)
})

test('what is not taken in its time comes back with 4.4.7; the time is set while the server runs', { skip }, async () => {
  house.rewrite(settings({ expireAfter: '1s' }))
  const control = await house.control()
  assert.deepEqual(await control.reload(), { ok: true, value: { done: true, waiting: [] } })
  refusals.set('never@static.test', '451 4.3.2 not now')
  const id = await submit(['never@static.test'], 'expired')
  const { report, message } = await reportAbout('expired')
  assert.deepEqual(
    report?.recipients.map(({ finalRecipient, status, action }) => [finalRecipient, status, action]),
    [['never@static.test', '4.4.7', 'failed']],
  )
  assert.match(message, /not now/)
  assert.equal((await journeyWhen(id, ({ state }) => state === 'expired')).state, 'expired')
  house.rewrite(settings())
  assert.ok((await control.reload()).ok)
})

/** A command of the program on this house's data: the JSON that it answers, and its exit code. */
async function ask(words: readonly string[], input = ''): Promise<{ code: number | null; value: unknown }> {
  const ran = await posthorn([...words, '--data', house.folder, '--json'], input)
  return { code: ran.code, value: JSON.parse(ran.out) }
}

test('the operator’s commands about the queue, with the server running', { skip }, async () => {
  let open = false
  refusals.set('stuck@static.test', () => (open ? undefined : '451 4.3.2 not now'))
  const id = await submit(['stuck@static.test'], 'stuck')
  const other = await submit(['kim@silent.test'], 'other')
  await journeyWhen(id, ({ recipients }) => recipients[0]?.state === 'waiting' && recipients[0].attempts > 0)
  await untilChanged(['queue', 'hold', id])
  const list = (await ask(['queue', 'list', '--to', 'stuck@static.test'])).value as { rows: QueueRow[] }
  assert.deepEqual(
    list.rows.map((row) => [row.id, row.state, row.from, row.destination]),
    [[id, 'held', 'alice@posthorn.test', 'static.test']],
  )
  const [shown, traced, missing, usage, status] = await Promise.all([
    ask(['queue', 'show', id]),
    ask(['trace', 'stuck@static.test']),
    ask(['queue', 'show', '000000000000000000']),
    ask(['queue', 'hold']),
    ask(['status']),
  ])
  assert.equal((shown.value as Journey).id, id)
  assert.equal((traced.value as Journey).id, id)
  assert.equal((traced.value as Journey).recipients[0]?.lastReply?.text.includes('not now'), true)
  assert.equal(missing.code, 3)
  assert.equal(usage.code, 2)
  assert.equal((status.value as { queue: { held: number } }).queue.held, 1)
  open = true
  assert.deepEqual(await ask(['queue', 'release', id]), { code: 0, value: { changed: 1, held: 0, sending: 0 } })
  await journeyWhen(id, ({ state }) => state === 'delivered')
  await untilChanged(['queue', 'retry', '--destination', 'silent.test'])
  await untilChanged(['queue', 'drop', other, '--yes'])
  assert.equal((await journeyWhen(other, () => true)).state, 'dropped')
  const words = await posthorn(['trace', id, '--data', house.folder])
  assert.equal(words.code, 0)
  assert.match(words.out, /not now[\s\S]*released[\s\S]*delivered/i)
})

/** While an attempt is under way nothing is changed, and it is said. */
async function untilChanged(words: readonly string[]): Promise<void> {
  for (;;) {
    const answer = await ask(words)
    assert.equal(answer.code, 0)
    if ((answer.value as { changed: number }).changed === 1) return
  }
}

test('domains and people, with the server running and with it stopped', { skip }, async () => {
  assert.equal((await ask(['domain', 'add', 'second.test'])).code, 0)
  const [twice, added, list] = await Promise.all([
    ask(['domain', 'add', 'second.test']),
    ask(['user', 'add', 'kim@second.test', '--password-stdin'], 'kim-knows-a-word\n'),
    ask(['domain', 'list']),
  ])
  assert.deepEqual([twice.code, added.code, list.code], [5, 0, 0])
  assert.equal((twice.value as { error: { code: string } }).error.code, 'already-exists')
  const kim = { address: 'kim@second.test', password: 'kim-knows-a-word' }
  assert.deepEqual(await readMailbox(house.program.port('pop3'), kim), [])
  await submit(['kim@second.test'], 'to second')
  assert.equal((await readMailbox(house.program.port('pop3'), kim)).length, 1)
  const left = await submit(['kim@silent.test'], 'left waiting')
  assert.equal(await house.program.stop(), 0)
  const stopped = await posthorn(['stop', '--data', house.folder])
  assert.equal(stopped.code, 4)
  assert.deepEqual((await ask(['user', 'list', '--domain', 'second.test'])).value, {
    rows: [{ address: 'kim@second.test', name: '', disabled: false }],
  })
  assert.equal(((await ask(['queue', 'list'])).value as { rows: QueueRow[] }).rows[0]?.id, left)
  assert.equal(((await ask(['trace', left])).value as Journey).id, left)
  assert.deepEqual(await ask(['queue', 'hold', '--all']), { code: 0, value: { changed: 1, held: 0, sending: 0 } })
  assert.deepEqual(await ask(['queue', 'drop', left, '--yes']), { code: 0, value: { changed: 1, held: 0, sending: 0 } })
  house.rewrite(`[store]\nfolder = ${JSON.stringify(house.folder)}\n[session]\nmessageSize = "1KB"\n`)
  const large = ['send', '--config', house.config, '--from', 'kim@second.test', '--to', 'kim@second.test']
  const refused = await posthorn(large, `Subject: too large\n\n${'x\n'.repeat(1000)}`)
  assert.deepEqual([refused.code, /larger/.test(refused.err)], [5, true], refused.err)
  const made = await ask(['user', 'passwd', 'kim@second.test', '--generate'])
  assert.match((made.value as { password: string }).password, /^.{12,}$/)
  assert.equal((await ask(['domain', 'remove', 'second.test'])).code, 5)
  assert.equal((await ask(['user', 'remove', 'kim@second.test', '--yes'])).code, 0)
  assert.equal((await ask(['domain', 'remove', 'second.test'])).code, 0)
  assert.equal((await ask(['user', 'remove', 'kim@second.test', '--yes'])).code, 3)
})
