// One message for many: each recipient has a fate of its own, and what happens to one changes nothing for another.

import assert from 'node:assert/strict'
import { reply } from '../../src/mail/protocol/smtp/smtp.ts'
import { recipientRows } from './world/questions.ts'
import { scenario } from './world/scenario.ts'

scenario('partial failure touches only its recipients', { seeds: 4 }, async (world) => {
  const lateUntil = world.clock.now() + 30 * 60_000
  const [host] = await world.domain('mixed.example', {
    without: world.seed % 2 === 0 ? ['PIPELINING'] : [],
    answer: ({ type, recipient, nowMs }) => {
      if (type !== 'recipient') return undefined
      if (recipient.startsWith('gone')) return reply(550, '5.1.1', 'No such user')
      return recipient.startsWith('late') && nowMs < lateUntil ? reply(450, '4.2.1', 'Mailbox busy') : undefined
    },
  })
  await world.domain('other.example')
  const [alice, anna] = [await world.person('alice'), await world.person('anna')]
  const to = ['well1', 'gone1', 'late1', 'well2', 'gone2', 'late2'].map((name) => `${name}@mixed.example`)
  world.client().send({ from: alice, to: [...to, 'x@other.example', anna] })
  await world.until('those who can have the mail have it', () => host.mails.length > 0, 60_000)
  assert.deepEqual(host.mails[0]?.recipients, ['well1@mixed.example', 'well2@mixed.example'])
  await world.untilAllIsDone(4 * 3_600_000)
  const fates = new Map((await recipientRows(world.machine.store)).map(({ address, state }) => [address, state]))
  for (const address of to) assert.equal(fates.get(address), address.startsWith('gone') ? 'bounced' : 'delivered', address)
  assert.deepEqual(host.mails[1]?.recipients, ['late1@mixed.example', 'late2@mixed.example'])
  assert.equal(host.mails.length, 2)
  assert.equal((await world.mailbox(anna)).length, 1)
  const [report, ...more] = await world.mailbox(alice)
  assert.deepEqual(more, [])
  const named = [...(report ?? '').matchAll(/^Final-Recipient: rfc822; ?(\S+)\r$/gm)].map((match) => match[1])
  assert.deepEqual(named, ['gone1@mixed.example', 'gone2@mixed.example'])
})

scenario('a refusal of the content is for all who were accepted, and for nobody else', { seeds: 2 }, async (world) => {
  const [host] = await world.domain('strict.example', {
    answer: ({ type, recipients }) =>
      type === 'message' && recipients.includes('b@strict.example') ? reply(554, '5.7.1', 'Spam, says our filter') : undefined,
  })
  const [other] = await world.domain('calm.example')
  const alice = await world.person('alice')
  world.client().send({ from: alice, to: ['a@strict.example', 'b@strict.example', 'c@calm.example'] })
  await world.untilAllIsDone(3_600_000)
  assert.equal(host.mails.length, 0)
  assert.equal(other.mails.length, 1)
  const states = (await recipientRows(world.machine.store)).map(({ address, state }) => `${address} ${state}`).sort()
  assert.deepEqual(states, [
    'a@strict.example bounced',
    `${alice} delivered`,
    'b@strict.example bounced',
    'c@calm.example delivered',
  ])
})
