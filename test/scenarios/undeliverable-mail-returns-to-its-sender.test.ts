// Mail that a host refuses for good goes back to whoever sent it; and a report that cannot be delivered goes nowhere at all.

import assert from 'node:assert/strict'
import { gmailLike, microsoftLike, yahooLike } from '../../src/platform/simulated/simulated.ts'
import { eventRows, messageRows, recipientRows } from './world/questions.ts'
import { scenario } from './world/scenario.ts'

const PROVIDERS = [gmailLike, microsoftLike, yahooLike]

scenario('undeliverable mail returns to its sender', { seeds: 3 }, async (world) => {
  const provider = PROVIDERS[world.seed % PROVIDERS.length] ?? gmailLike
  const [host] = await world.domain('big.example', provider({ unknown: new Set(['nobody']) }))
  const alice = await world.person('alice')
  world.client().send({ from: alice, to: ['nobody@big.example'], subject: 'to nobody' })
  await world.untilAllIsDone(3_600_000)
  assert.equal(host.mails.length, 0)
  const [report, ...more] = await world.mailbox(alice)
  assert.equal(more.length, 0)
  assert.match(report ?? '', /^Return-Path: <>\r\n/)
  assert.match(report ?? '', /^Content-Type: multipart\/report; report-type=delivery-status/m)
  assert.match(report ?? '', /^Final-Recipient: rfc822; ?nobody@big\.example\r$/m)
  assert.match(report ?? '', /^Action: failed\r$/m)
  assert.match(report ?? '', /^Status: 5\.\d+\.\d+\r$/m)
  assert.match(report ?? '', /^Subject: to nobody\r$/m)
  const states = (await recipientRows(world.machine.store)).map(({ address, state }) => `${address} ${state}`)
  assert.deepEqual(states.sort(), [`${alice} delivered`, 'nobody@big.example bounced'])
})

scenario('nobody is told of a report that cannot be delivered', { seeds: 2 }, async (world) => {
  const refusal = { unknown: new Set(['nobody', 'sender']) }
  await world.domain('big.example', gmailLike(refusal))
  await world.domain('home.example', microsoftLike(refusal))
  world.client().send({ from: 'sender@home.example', to: ['nobody@big.example'] })
  await world.untilAllIsDone(3_600_000)
  const messages = await messageRows(world.machine.store)
  assert.deepEqual(messages.map(({ source, reversePath }) => `${source} <${reversePath}>`).sort(), [
    'mx <sender@home.example>',
    'report <>',
  ])
  const rows = await recipientRows(world.machine.store)
  assert.deepEqual(
    rows.map(({ state }) => state),
    ['bounced', 'bounced'],
  )
  const told = (await eventRows(world.machine.store)).filter(({ type }) => type.startsWith('report-')).map(({ type }) => type)
  assert.deepEqual(told, ['report-sent', 'report-suppressed'])
})

scenario('what is not known here is refused at the door, not returned later', { seeds: 1 }, async (world) => {
  const alice = await world.person('alice')
  const stranger = world.client('stranger')
  const sending = stranger.send({ from: 'x@else.example', to: [alice, 'nobody@posthorn.test', 'bob@far.example'] })
  await world.untilAllIsDone(3_600_000)
  assert.deepEqual(
    [...sending.refused],
    [
      ['nobody@posthorn.test', 550],
      ['bob@far.example', 550],
    ],
  )
  assert.equal((await messageRows(world.machine.store)).length, 1)
  assert.deepEqual(await world.ledger.assertDelivered(), [])
})
