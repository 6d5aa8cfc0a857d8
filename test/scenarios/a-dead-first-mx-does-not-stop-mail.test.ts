// Whatever is wrong with the first mail host of a domain, the second one gets the mail in the same attempt.

import assert from 'node:assert/strict'
import { reply } from '../../src/mail/protocol/smtp/smtp.ts'
import type { Manners } from '../../src/platform/simulated/simulated.ts'
import { recipientRows } from './world/questions.ts'
import { scenario } from './world/scenario.ts'
import type { World } from './world/world.ts'

type Trouble = (world: World, address: string, name: string) => Manners | undefined

const TROUBLES = new Map<string, Trouble>([
  ['refuses connections', reach('refused')],
  ['cannot be reached', reach('unreachable')],
  ['is silent', reach('silent')],
  [
    'has no address',
    (world, _, name) => {
      world.resolver.remove(name)
      return undefined
    },
  ],
  ['greets with 421', () => ({ answer: ({ type }) => (type === 'greeting' ? reply(421, '4.3.2', 'Not now') : undefined) })],
  ['greets with 554', () => ({ answer: ({ type }) => (type === 'greeting' ? reply(554, '5.3.2', 'Not you') : undefined) })],
  ['never greets', () => ({ answer: ({ type }) => (type === 'greeting' ? { type: 'silence' } : undefined) })],
  ['hangs up at EHLO', () => ({ answer: ({ type }) => (type === 'hello' ? { type: 'cut' } : undefined) })],
  ['hangs up at MAIL', () => ({ answer: ({ type }) => (type === 'mail' ? { type: 'cut' } : undefined) })],
  ['says 451 to MAIL', () => ({ answer: ({ type }) => (type === 'mail' ? reply(451, '4.3.0', 'Broken') : undefined) })],
])

function reach(how: 'refused' | 'unreachable' | 'silent'): Trouble {
  return (world, address) => {
    world.network.setReach(address, how)
    return undefined
  }
}

for (const [trouble, make] of TROUBLES) {
  scenario(`a first MX that ${trouble} does not stop mail`, { seeds: 1 }, async (world) => {
    const [first, second] = await world.domain('two.example', {}, {})
    first.manners = make(world, first.address, first.name) ?? {}
    const client = world.client()
    client.send({ from: 'alice@posthorn.test', to: ['bob@two.example'] })
    await world.until('the second host has the mail', () => second?.mails.length === 1, 6 * 60_000)
    await world.advance(1000)
    assert.equal(first.mails.length, 0)
    assert.deepEqual(
      (await recipientRows(world.machine.store)).map(({ state, attempts }) => ({ state, attempts })),
      [{ state: 'delivered', attempts: 1 }],
    )
    assert.deepEqual(await world.ledger.assertDelivered(), [])
  })
}
