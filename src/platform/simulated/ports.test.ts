// The smaller ports: chance, DNS, hints, log.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimulatedClock } from './clock.ts'
import { SimulatedLog } from './log.ts'
import { SimulatedNotify } from './notify.ts'
import { SimulatedRandom } from './random.ts'
import { SimulatedResolver } from './resolver.ts'

test('chance is even enough, and an own stream is not disturbed by others', () => {
  const random = new SimulatedRandom(42)
  const counts = new Array<number>(10).fill(0)
  for (let n = 0; n < 10_000; n++) counts[random.below(10)] = (counts[random.below(10)] ?? 0) + 1
  for (const n of random.bytes(1000)) assert.ok(n >= 0 && n < 256)
  const seen = new Set(Array.from({ length: 1000 }, () => random.between(3, 5)))
  assert.deepEqual([...seen].sort(), [3, 4, 5])
  const [one, other] = [new SimulatedRandom(1), new SimulatedRandom(1)]
  assert.deepEqual(one.fork('a').bytes(8), other.fork('a').bytes(8))
  assert.notDeepEqual(one.fork('a').bytes(8), one.fork('b').bytes(8))
})

test('DNS answers with what is written, fails as it is told, and remembers what it was asked', async () => {
  const clock = new SimulatedClock({ startMs: 0 })
  const resolver = new SimulatedResolver(clock)
  resolver.set('example.net', { mx: [{ preference: 10, exchange: 'mx.example.net' }] })
  const answers: string[] = []
  const note = (answer: { ok: boolean; error?: { type: string } }): void =>
    void answers.push(answer.ok ? 'ok' : (answer.error?.type ?? ''))
  const ask = async (question: Promise<{ ok: boolean }>): Promise<void> => {
    void question.then(note)
    await clock.advance(60_000)
  }
  await ask(resolver.mx('Example.NET'))
  await ask(resolver.a('example.net'))
  await ask(resolver.a('nowhere.example'))
  resolver.fail('example.net', 'servfail')
  await ask(resolver.mx('example.net'))
  resolver.fail('example.net', 'timeout')
  await ask(resolver.mx('example.net'))
  resolver.fail('example.net', undefined)
  await ask(resolver.mx('example.net'))
  assert.deepEqual(answers, ['ok', 'nodata', 'nxdomain', 'servfail', 'timeout', 'ok'])
  assert.equal(resolver.questions.length, 6)
})

test('hints are lost and doubled as often as said', async () => {
  const clock = new SimulatedClock({ startMs: 0 })
  const notify = new SimulatedNotify({ clock, random: new SimulatedRandom(3) })
  let heard = 0
  const forget = notify.subscribe('queue', () => heard++)
  const publish = async (): Promise<number> => {
    heard = 0
    for (let n = 0; n < 1000; n++) notify.publish('queue', 'example.net')
    await clock.advance(1000)
    return heard
  }
  assert.equal(await publish(), 1000)
  notify.manners = { lostOneIn: 2, doubledOneIn: 0, delayMsMax: 5 }
  assert.ok(Math.abs((await publish()) - 500) < 100)
  notify.manners = { lostOneIn: 0, doubledOneIn: 2, delayMsMax: 5 }
  assert.ok(Math.abs((await publish()) - 1500) < 100)
  forget()
  assert.equal(await publish(), 0)
})

test('an error in the log is a finding unless it belongs to the story', () => {
  const log = new SimulatedLog()
  log.child({ thread: 'x' }).error('the store refused', { cause: 'full' })
  log.error('something broke')
  log.expectErrors(/store refused/)
  assert.deepEqual(
    log.unexpectedErrors.map(({ message }) => message),
    ['something broke'],
  )
  assert.equal(log.lines[0]?.fields['thread'], 'x')
})
