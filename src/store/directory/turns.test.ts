// Turns at checking passwords: fair between networks, bounded in all.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TURNS_AT_ONCE_MAX, TURNS_WAITING_MAX, TURNS_WAITING_OF_PEER_MAX } from './limits.ts'
import { networkOf, Turns } from './turns.ts'

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

test('[R9] one network with many sign-ins keeps nobody else waiting long, and is told to come back', async () => {
  const turns = new Turns()
  const served: string[] = []
  const refused: string[] = []
  const come = async (peer: string): Promise<void> => {
    if (await turns.enter(peer)) served.push(peer)
    else refused.push(peer)
  }
  for (let n = 0; n < 300; n++) void come(`2001:db8::${n + 1}`)
  void come('192.0.2.1')
  await settled()
  assert.equal(served.length, TURNS_AT_ONCE_MAX)
  assert.equal(refused.length, 300 - TURNS_AT_ONCE_MAX - TURNS_WAITING_OF_PEER_MAX)
  for (let n = 0; n < 2; n++) turns.leave()
  await settled()
  assert.ok(served.includes('192.0.2.1'), 'after one other at most')
  for (let n = 0; n < TURNS_AT_ONCE_MAX + TURNS_WAITING_OF_PEER_MAX - 1; n++) turns.leave()
  await settled()
  assert.equal(served.length, TURNS_AT_ONCE_MAX + TURNS_WAITING_OF_PEER_MAX + 1, 'nobody who waited is forgotten')
  await come('198.51.100.1')
  assert.equal(served.at(-1), '198.51.100.1', 'and the places are free again')
})

test('[R9] so many networks may wait, and no more', async () => {
  const turns = new Turns()
  const answers: boolean[] = []
  for (let n = 0; n < TURNS_AT_ONCE_MAX + TURNS_WAITING_MAX + 50; n++)
    void turns.enter(`10.0.${n >> 8}.${n & 255}`).then((answer) => answers.push(answer))
  await settled()
  assert.deepEqual([answers.filter(Boolean).length, answers.filter((answer) => !answer).length], [TURNS_AT_ONCE_MAX, 50])
})

test('the network of an address', () => {
  assert.equal(networkOf('192.0.2.1'), '192.0.2.1')
  assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), networkOf('2001:db8:1:2::1'))
  assert.notEqual(networkOf('2001:db8:1:3::1'), networkOf('2001:db8:1:2::1'))
  assert.equal(networkOf('fe80::1%eth0'), networkOf('fe80::2'))
})
