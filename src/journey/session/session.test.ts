// The duties of MX and submission sessions, the moment of acceptance, and what happens when something goes wrong in between.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeIndex } from '../../mail/message/message.ts'
import { nodeClock } from '../../platform/node/clock.ts'
import { readContent, readIndexes } from '../../store/content/content.ts'
import { findPerson } from '../../store/directory/directory.ts'
import { eventsOfMessage } from '../../store/events/events.ts'
import type { Store } from '../../store/store.ts'
import { findInbox, listMaildrop } from '../mailbox/mailbox.ts'
import { findMessages, showMessage } from '../queue/queue.ts'
import { LineEnds } from './line-ends.ts'
import { networkTest } from './networks.ts'
import { submitMessage } from './session.ts'
import { openHouse, PASSWORD, talkTo } from './testing.ts'

const ENVELOPE = 'EHLO client.test\r\nMAIL FROM:<a@far.test>\r\nRCPT TO:<anna@here.test>\r\n'
const MESSAGE = 'From: a@far.test\r\nSubject: Hi\r\nMessage-ID: <1@far.test>\r\n\r\nHello.\r\n'
const PLAIN = Buffer.from(`\0anna@here.test\0${PASSWORD}`).toString('base64')
const SIGNED_IN = `EHLO client.test\r\nAUTH PLAIN ${PLAIN}\r\n`

async function onlyMessage(store: Store) {
  const found = await findMessages(store, { org: 1 })
  assert.equal(found.length, 1, 'one message was accepted')
  const [summary] = found
  assert.ok(summary)
  return { ...summary, text: await readText(store, summary.message.contentId) }
}

async function readText(store: Store, contentId: string): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of readContent(store, contentId)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

async function inboxOf(store: Store, address: string) {
  const person = await findPerson(store, address)
  assert.ok(person)
  const inbox = await findInbox(store, { org: person.org, personId: person.id })
  assert.ok(inbox)
  return listMaildrop(store, { org: person.org, mailboxId: inbox.id })
}

test('[J1] mail of a stranger for one of ours is in the mailbox when 250 is said, with the journey told', async (t) => {
  const house = await openHouse(t)
  await house.person('anna@here.test')
  const talk = talkTo(house, 'mx')
  const said = await talk.say(`${ENVELOPE}DATA\r\n${MESSAGE}.\r\n`)
  assert.match(said, /354 .*\r\n250 2\.0\.0 Accepted as [0-9a-z]{18}\r\n$/s)
  assert.equal((await inboxOf(house.store, 'anna@here.test')).length, 1)
  const { message, text } = await onlyMessage(house.store)
  assert.equal(message.headerMessageId, '<1@far.test>')
  assert.equal(message.openRecipients, 0)
  assert.match(
    text,
    /^Received: from client\.test \(\[192\.0\.2\.7\]\)\r\n\tby mx\.here\.test with ESMTP id \w{18}\r\n\tfor <anna@here\.test>;/,
  )
  assert.ok(text.endsWith(MESSAGE), 'what came in follows unchanged')
  const events = await eventsOfMessage(house.store, { org: 1, messageId: message.id })
  assert.deepEqual(
    events.map(({ event }) => event.type),
    ['received', 'delivered'],
  )
})

test('[J2] the MX relays for nobody, but for networks it trusts', async (t) => {
  const house = await openHouse(t, { settings: { trustedNetworks: ['198.51.100.0/24'] } })
  const stranger = talkTo(house, 'mx')
  assert.match(
    await stranger.say('EHLO c.test\r\nMAIL FROM:<a@far.test>\r\nRCPT TO:<b@elsewhere.test>\r\n'),
    /550-5\.7\.1 .*relays for nobody/,
  )
  const trusted = talkTo(house, 'mx', '198.51.100.9')
  const said = await trusted.say(`EHLO c.test\r\nMAIL FROM:<a@far.test>\r\nRCPT TO:<b@elsewhere.test>\r\nDATA\r\n${MESSAGE}.\r\n`)
  assert.match(said, /250 2\.0\.0 Accepted/)
  const { message, recipients } = await onlyMessage(house.store)
  assert.equal(message.org, 1)
  assert.deepEqual(
    recipients.map(({ state, destination }) => ({ state, destination })),
    [{ state: 'scheduled', destination: 'elsewhere.test' }],
  )
})

test('[J3] an unknown mailbox is refused at RCPT; postmaster is always somebody, with and without a domain', async (t) => {
  const house = await openHouse(t)
  await house.person('anna@here.test')
  const talk = talkTo(house, 'mx')
  const said = await talk.say(
    'EHLO c.test\r\nMAIL FROM:<>\r\nRCPT TO:<nobody@here.test>\r\nRCPT TO:<Postmaster>\r\nRCPT TO:<postmaster@here.test>\r\n',
  )
  assert.match(said, /550 5\.1\.1 There is no such mailbox here.*\r\n250 2\.1\.5.*\r\n250 2\.1\.5/s)
})

test('[J4] submission wants a sign-in, and on a strange network TLS before it', async (t) => {
  const house = await openHouse(t)
  const far = talkTo(house, 'submission')
  const said = await far.say('EHLO c.test\r\nMAIL FROM:<anna@here.test>\r\n')
  assert.doesNotMatch(said, /AUTH/)
  assert.match(said, /538 5\.7\.11/)
  const near = talkTo(house, 'submission', '127.0.0.1')
  const local = await near.say('EHLO c.test\r\nMAIL FROM:<anna@here.test>\r\n')
  assert.match(local, /AUTH PLAIN LOGIN/)
  assert.match(local, /530 5\.7\.0/)
})

test('[J4] where strangers come nobody signs in, with TLS or without', async (t) => {
  const house = await openHouse(t)
  assert.match(await talkTo(house, 'mx').say(SIGNED_IN), /\r\n502 5\.5\.1/)
})

test('[J5] whoever has signed in writes under an own address, a tagged one, or an alias that leads to it', async (t) => {
  const house = await openHouse(t)
  await house.person('anna@here.test')
  await house.person('ben@here.test')
  await house.alias('team@here.test', 'anna@here.test')
  await house.alias('others@here.test', 'ben@here.test')
  const talk = talkTo(house, 'submission', '127.0.0.1')
  assert.match(await talk.say(SIGNED_IN), /235 2\.7\.0/)
  const tries: readonly (readonly [string, number])[] = [
    ['anna@here.test', 250],
    ['Anna+x@here.test', 250],
    ['team@here.test', 250],
    ['', 250],
    ['ben@here.test', 553],
    ['others@here.test', 553],
    ['anna@far.test', 553],
  ]
  for (const [sender, code] of tries) {
    assert.match(await talk.say(`RSET\r\nMAIL FROM:<${sender}>\r\n`), new RegExp(`\r\n${code} `), `as <${sender}>`)
  }
})

test('[J6] a submission gets what it lacks and loses its Bcc; relayed mail is left as it is', async (t) => {
  const house = await openHouse(t)
  await house.person('anna@here.test')
  const talk = talkTo(house, 'submission', '127.0.0.1')
  await talk.say(SIGNED_IN)
  await talk.say(
    'MAIL FROM:<anna@here.test>\r\nRCPT TO:<x@far.test>\r\nDATA\r\nFrom: anna@here.test\r\nBcc: secret@far.test\r\n\r\nHi\r\n.\r\n',
  )
  const { text, message } = await onlyMessage(house.store)
  assert.doesNotMatch(text, /secret/)
  assert.match(text, /\r\nMessage-ID: <\w{18}@mx\.here\.test>\r\nDate: /)
  assert.equal(message.authAddress, 'anna@here.test')
  assert.match(message.headerMessageId ?? '', /^<\w{18}@mx\.here\.test>$/)
})

test('[J7] wrong passwords are counted, and the last one ends the connection', async (t) => {
  const house = await openHouse(t, { settings: { signInTries: 3 } })
  await house.person('anna@here.test')
  const talk = talkTo(house, 'submission', '127.0.0.1')
  const wrong = Buffer.from('\0anna@here.test\0guess').toString('base64')
  await talk.say('EHLO c.test\r\n')
  assert.match(await talk.say(`AUTH PLAIN ${wrong}\r\n`), /^535 5\.7\.8/)
  assert.match(await talk.say(`AUTH PLAIN ${wrong}\r\n`), /^535 5\.7\.8/)
  assert.match(await talk.say(`AUTH PLAIN ${wrong}\r\n`), /^421 4\.7\.0/)
  assert.ok(talk.ended)
})

test('[J8] a message that a store does not take is refused for now, and the next one passes', async (t) => {
  const house = await openHouse(t)
  await house.person('anna@here.test')
  let full = true
  const broken: Store = {
    ...house.store,
    call: (procedure, args) =>
      full && procedure.name === 'session.accept'
        ? Promise.resolve({ ok: false, error: { type: 'full', detail: 'test' } })
        : house.store.call(procedure, args),
  }
  const talk = talkTo({ ...house, context: { ...house.context, store: broken } }, 'mx')
  assert.match(await talk.say(`${ENVELOPE}DATA\r\n${MESSAGE}.\r\n`), /\r\n452 4\.3\.1 .*\r\n$/)
  assert.equal((await findMessages(house.store, { org: 1 })).length, 0)
  full = false
  assert.match(await talk.say(`MAIL FROM:<a@far.test>\r\nRCPT TO:<anna@here.test>\r\nDATA\r\n${MESSAGE}.\r\n`), /\r\n250 2\.0\.0/)
})

test('[J9] a bug of ours is a 451 and an alarm, never a loss, and the connection goes on', async (t) => {
  const house = await openHouse(t)
  await house.person('anna@here.test')
  const real = house.context.directory
  let bug = true
  const directory: typeof real = {
    findDomain: (domain) => (bug ? Promise.reject(new Error('boom')) : real.findDomain(domain)),
    findRecipient: (address) => real.findRecipient(address),
    firstOrganisation: () => real.firstOrganisation(),
  }
  const talk = talkTo({ ...house, context: { ...house.context, directory } }, 'mx')
  assert.match(
    await talk.say('EHLO c.test\r\nMAIL FROM:<a@far.test>\r\nRCPT TO:<anna@here.test>\r\n'),
    /\r\n451 4\.3\.0 .*noted.*\r\n$/,
  )
  assert.match(house.errors.join(), /boom/)
  bug = false
  assert.match(await talk.say(`RCPT TO:<anna@here.test>\r\nDATA\r\n${MESSAGE}.\r\n`), /\r\n250 2\.0\.0/)
})

test('[J10] broken line ends, NUL, too many hops and an endless header are refused each with its words', async (t) => {
  const house = await openHouse(t, { settings: { hops: 30 } })
  await house.person('anna@here.test')
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['bare LF', 'Subject: a\r\n\r\none\ntwo\r\n', /550 5\.6\.0 .*LF without CR at octet 17/],
    ['bare CR', 'Subject: a\r\n\r\none\rtwo\r\n', /550 5\.6\.0 .*CR without LF/],
    ['NUL', 'Subject: a\r\n\r\none\0two\r\n', /550 5\.6\.0 .*NUL/],
    ['hops', `${'Received: x\r\n'.repeat(31)}\r\nx\r\n`, /554 5\.4\.6/],
    ['header', `X: ${`${'y'.repeat(900)}\r\n `.repeat(400)}\r\n\r\nx\r\n`, /554 5\.6\.0 .*header/],
  ]
  for (const [name, content, expected] of cases) {
    const talk = talkTo(house, 'mx')
    assert.match(await talk.say(`${ENVELOPE}DATA\r\n${content}.\r\n`), expected, name)
    assert.match(await talk.say('NOOP\r\n'), /^250/, `${name}: the connection goes on`)
  }
  assert.equal((await findMessages(house.store, { org: 1 })).length, 0)
})

test('[J11] aliases become people, each once; circles are named; foreign targets are queued', async (t) => {
  const house = await openHouse(t)
  for (const name of ['anna', 'ben']) await house.person(`${name}@here.test`)
  await house.alias('all@here.test', 'anna@here.test')
  await house.alias('all@here.test', 'ben@here.test')
  await house.alias('all@here.test', 'team@here.test')
  await house.alias('team@here.test', 'anna@here.test')
  await house.alias('team@here.test', 'x@far.test')
  await house.alias('round@here.test', 'again@here.test')
  await house.alias('again@here.test', 'round@here.test')
  const talk = talkTo(house, 'mx')
  assert.match(await talk.say('EHLO c.test\r\nMAIL FROM:<a@far.test>\r\nRCPT TO:<round@here.test>\r\n'), /550 5\.4\.6/)
  await talk.say(`RSET\r\nMAIL FROM:<a@far.test>\r\nRCPT TO:<all@here.test>\r\nDATA\r\n${MESSAGE}.\r\n`)
  const { message } = await onlyMessage(house.store)
  const shown = await showMessage(house.store, { org: 1, id: message.id })
  assert.deepEqual(
    shown?.recipients.map(({ address, state, originalAddress }) => `${address} ${state} ${originalAddress}`),
    ['anna@here.test delivered all@here.test', 'ben@here.test delivered all@here.test', 'x@far.test scheduled all@here.test'],
  )
})

test('[J12] Received names the recipient only when there is one: nobody learns of a blind copy', async (t) => {
  const house = await openHouse(t)
  for (const name of ['anna', 'ben']) await house.person(`${name}@here.test`)
  const talk = talkTo(house, 'mx')
  await talk.say(`${ENVELOPE}RCPT TO:<ben@here.test>\r\nDATA\r\n${MESSAGE}.\r\n`)
  assert.doesNotMatch((await onlyMessage(house.store)).text, /for </)
})

test('[J13] a stopping server finishes the message that is coming in, then says goodbye', async (t) => {
  const house = await openHouse(t)
  await house.person('anna@here.test')
  const busy = talkTo(house, 'mx')
  await busy.say(`${ENVELOPE}DATA\r\nSubject: half\r\n`)
  const idle = talkTo(house, 'mx')
  await idle.say('')
  house.stop()
  busy.service.stop()
  idle.service.stop()
  assert.match(await idle.say(''), /^421 4\.3\.2/)
  assert.ok(idle.ended)
  assert.match(await busy.say('\r\nrest\r\n.\r\n'), /^250 2\.0\.0 .*\r\n421 4\.3\.2/)
  assert.ok(busy.ended)
})

test('[J14] no room on the disk puts mail off before it costs anything', async (t) => {
  const house = await openHouse(t, { hasRoom: () => false })
  assert.match(await talkTo(house, 'mx').say('EHLO c.test\r\nMAIL FROM:<a@far.test>\r\n'), /452 4\.3\.1/)
})

test('[J14] room that goes while content comes in: 452, nothing of it stays, and the session goes on', async (t) => {
  let room = true
  const house = await openHouse(t, { hasRoom: () => room })
  await house.person('anna@here.test')
  const talk = talkTo(house, 'mx')
  await talk.say(`${ENVELOPE}DATA\r\nSubject: large\r\n\r\n`)
  await talk.say('x\r\n'.repeat(300_000))
  room = false
  assert.match(await talk.say('more\r\n.\r\n'), /^452 4\.3\.1 /)
  room = true
  assert.match(await talk.say('MAIL FROM:<a@far.test>\r\n'), /^250/)
  const left = () => house.store.query<{ content: { id: string } }, unknown>((db) => db.selectFrom('content').selectAll())
  while ((await left()).length > 0) await new Promise((resolve) => setImmediate(resolve))
})

test('[J15] a client that closes its half after a pipelined batch still gets every answer', async (t) => {
  const house = await openHouse(t)
  await house.person('anna@here.test')
  const talk = talkTo(house, 'mx')
  const sent = talk.say(`${ENVELOPE}DATA\r\n${MESSAGE}.\r\nNOOP\r\n`)
  const closed = talk.halfClose()
  assert.match((await sent) + (await closed), /250 2\.0\.0 Accepted.*\r\n250 .*\r\n$/s)
  assert.ok(talk.ended)
})

test('[J16] a message from a program on this machine takes the same way, whatever its line ends', async (t) => {
  const house = await openHouse(t)
  await house.person('anna@here.test')
  async function* content() {
    yield Buffer.from('From: anna@here.test\nSubject: unix\n\none\r')
    yield Buffer.from('\ntwo\n')
  }
  const address = { localPart: 'anna', domain: 'here.test' }
  const submission = { org: 1, source: 'command' as const, sender: address, recipients: [address], content: content() }
  const submitted = await submitMessage(house.context, submission)
  assert.ok(submitted.ok, JSON.stringify(submitted))
  const { text } = await onlyMessage(house.store)
  assert.ok(text.endsWith('Subject: unix\r\n\r\none\r\ntwo\r\n'), text)
  const unknown = await submitMessage(house.context, { ...submission, recipients: [{ localPart: 'no', domain: 'here.test' }] })
  assert.ok(!unknown.ok && unknown.error.code === 550 && /no@here\.test/.test(unknown.error.lines.join()))
})

test('[J17] whoever asks for addresses without end is let go, and aliases cannot blow up a message', async (t) => {
  const house = await openHouse(t)
  const talk = talkTo(house, 'mx')
  await talk.say('EHLO c.test\r\nMAIL FROM:<>\r\n')
  const names = Array.from({ length: 101 }, (_, n) => `RCPT TO:<guess${n}@here.test>\r\n`).join('')
  const replies = (await talk.say(names)).trimEnd().split('\r\n')
  assert.equal(replies.filter((line) => line.startsWith('550 5.1.1')).length, 100)
  assert.match(replies.at(-1) ?? '', /^421 4\.7\.0/)
  for (let n = 0; n < 100; n++) await house.alias('big@here.test', `p${n}@far.test`)
  const many = talkTo(house, 'mx')
  await many.say('EHLO c.test\r\nMAIL FROM:<>\r\n')
  const asked = (await many.say('RCPT TO:<big@here.test>\r\n'.repeat(101))).trimEnd().split('\r\n')
  assert.equal(asked.filter((line) => line.startsWith('250')).length, 100)
  assert.match(asked.at(-1) ?? '', /^452 4\.5\.3/)
})

test('line ends are mended wherever the pieces are cut', () => {
  const text = 'a\nb\r\nc\n\nd\r\r\ne\n'
  for (let cut = 0; cut <= text.length; cut++) {
    const ends = new LineEnds()
    const parts = [text.slice(0, cut), text.slice(cut)].map((part) => Buffer.from(ends.convert(Buffer.from(part))).toString())
    assert.equal(parts.join(''), 'a\r\nb\r\nc\r\n\r\nd\r\r\ne\r\n', `cut at ${cut}`)
  }
})

test('networks hold the addresses inside their prefix and no others', () => {
  const inside = networkTest(['192.0.2.0/24', '2001:db8::/32', '203.0.113.9'])
  for (const address of ['192.0.2.1', '192.0.2.255', '2001:db8:1::1', '203.0.113.9']) assert.ok(inside(address), address)
  for (const address of ['192.0.3.1', '2001:db9::1', '203.0.113.8', '']) assert.ok(!inside(address), address)
})

test('[J17] from the eleventh unknown recipient of a session each refusal waits', async (t) => {
  const waits: number[] = []
  const clock = { ...nodeClock, sleep: async (ms: number) => void waits.push(ms) }
  const house = await openHouse(t, { clock, settings: { unknownRecipientDelay: '3s' } })
  await house.person('anna@here.test')
  const talk = talkTo(house, 'mx')
  const ask = (count: number): string => 'RCPT TO:<nobody@here.test>\r\n'.repeat(count)
  await talk.say(`EHLO c.test\r\nMAIL FROM:<>\r\n${ask(6)}RSET\r\nMAIL FROM:<>\r\n${ask(4)}RCPT TO:<anna@here.test>\r\n`)
  assert.deepEqual(waits, [])
  const said = await talk.say(`${ask(2)}RCPT TO:<anna@here.test>\r\n`)
  assert.match(said, /^550 5\.1\.1 .*\r\n550 5\.1\.1 .*\r\n250 /)
  assert.deepEqual(waits, [3000, 3000])
  await talk.say(ask(88))
  assert.equal(talk.ended, false)
  assert.match(await talk.say(ask(1)), /^421 4\.7\.0 /)
  assert.equal(talk.ended, true)
})

test('[J18] a stranger who does not wait for the greeting is refused where greetings are delayed, and told of in the log', async (t) => {
  let greet = (): void => {}
  const told: string[] = []
  const info = (message: string, fields?: object) => void told.push(`${message} ${JSON.stringify(fields)}`)
  const log = { debug: () => {}, info, warn: () => {}, error: () => {}, child: () => log }
  const after = (ms: number, callback: () => void) => {
    if (ms === 2000) greet = callback
    return () => {}
  }
  const settings = { greetingDelay: '2s', trustedNetworks: ['198.51.100.0/24'] }
  const house = await openHouse(t, { clock: { ...nodeClock, after }, log, settings })
  const early = talkTo(house, 'mx')
  assert.match(await early.say('EHLO c.test\r\n'), /^554 5\.5\.0 /)
  assert.equal(early.ended, true)
  greet()
  assert.equal(await early.say(''), '')
  const polite = talkTo(house, 'mx')
  assert.equal(await polite.say(''), '')
  greet()
  assert.match(await polite.say(''), /^220 /)
  assert.match(await talkTo(house, 'mx', '198.51.100.1').say(''), /^220 /)
  assert.match(await talkTo(house, 'submission').say(''), /^220 /)
  assert.deepEqual(told, ['a client did not wait {"peer":"192.0.2.7","before":"greeting"}'])
})

test('[J18] who talks before other replies is heard, and told of once', async (t) => {
  const told: string[] = []
  const log = {
    debug: () => {},
    info: (message: string) => void told.push(message),
    warn: () => {},
    error: () => {},
    child: () => log,
  }
  const house = await openHouse(t, { log })
  const said = await talkTo(house, 'mx').say('EHLO c.test\r\nNOOP\r\nEHLO c.test\r\nNOOP\r\n')
  assert.match(said, /^220 .*\r\n250 2\.0\.0 .*\r\n250 2\.0\.0 /s)
  assert.deepEqual(told, ['a client did not wait'])
})

test('[J19] what mailboxes want to know of a message is kept with it, in the same commit', async (t) => {
  const house = await openHouse(t)
  await house.person('anna@here.test')
  await talkTo(house, 'mx').say(`${ENVELOPE}DATA\r\n${MESSAGE}.\r\n`)
  const { message, text } = await onlyMessage(house.store)
  const index = (await readIndexes(house.store, [message.contentId])).get(message.contentId)
  assert.ok(index)
  const { sizeBytes, subject, preview } = decodeIndex(index) ?? {}
  assert.deepEqual({ sizeBytes, subject, preview }, { sizeBytes: text.length, subject: 'Hi', preview: 'Hello.' })
})
