// Signing in to send with a proof: a wrong one counts and waits like a wrong password.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { err, ok } from '../../ground/result.ts'
import { makeVerifier, NO_BINDINGS, newNonce, startScramClient } from '../../mail/protocol/sasl/sasl.ts'
import { nodeClock } from '../../platform/node/clock.ts'
import { nodeDigests } from '../../platform/node/digests.ts'
import { nodeRandom } from '../../platform/node/random.ts'
import type { Scram } from '../../store/directory/directory.ts'
import { WRONG_PASSWORD_DELAY_MS } from './limits.ts'
import { mechanismsFor, SignIn, type SignInStep } from './sign-in.ts'
import { openHouse } from './testing.ts'

const ANN = { org: 1, id: 'ann', address: 'ann@here.test', domain: 'here.test', name: '', disabled: false }
const LINK = { remote: { address: '192.0.2.7', port: 1 } }
const random = nodeRandom()
const verifier = await makeVerifier(nodeDigests, 'right', { hash: 'sha256', salt: Buffer.from('salt'), iterations: 4096 })
assert.ok(verifier)

const KNOWN: Scram = {
  ...{ digests: nodeDigests, random },
  lookUp: async () => ok({ verifier, confirm: async () => ok(ANN) }),
}

async function start(t: TestContext, scram: Scram = KNOWN) {
  const waits: number[] = []
  const house = await openHouse(t, {
    clock: { ...nodeClock, sleep: async (ms) => void waits.push(ms) },
    authenticator: { authenticate: async () => err('bad-credentials'), scram },
  })
  return { context: house.context, signIn: new SignIn(house.context, LINK), waits }
}

async function prove(signIn: SignIn, password: string): Promise<SignInStep> {
  const options = { digests: nodeDigests, nonce: () => newNonce(random), bindings: NO_BINDINGS }
  const client = startScramClient(['SCRAM-SHA-256'], { authorize: undefined, name: ANN.address, password }, options)
  assert.ok(client)
  let step = await signIn.start(client.mechanism, client.initial)
  while (step.type === 'challenge') {
    const answer = await client.respond(step.bytes)
    assert.ok(answer.ok)
    step = await signIn.respond(answer.value)
  }
  return step
}

const codeOf = (step: SignInStep): number | undefined => (step.type === 'challenge' ? undefined : step.reply.code)

test('[SC2] a right proof signs in', async (t) => {
  const { signIn, waits } = await start(t)
  const step = await prove(signIn, 'right')
  assert.deepEqual(step.type === 'done' && step.person, ANN)
  assert.deepEqual(waits, [])
})

test('[SC16] a wrong proof waits like a wrong password, and the fifth ends the connection', async (t) => {
  const { signIn, waits } = await start(t)
  const codes: (number | undefined)[] = []
  for (let n = 0; n < 3; n++) codes.push(codeOf(await prove(signIn, 'wrong')))
  for (let n = 0; n < 2; n++) codes.push(codeOf(await signIn.start('PLAIN', Buffer.from('\0ann@here.test\0wrong'))))
  assert.deepEqual(codes, [535, 535, 535, 535, 421])
  assert.deepEqual(
    waits,
    Array.from({ length: 5 }, () => WRONG_PASSWORD_DELAY_MS),
  )
})

test('[SC16] what the directory says at the end counts, and too many at once is no wrong password', async (t) => {
  for (const [why, code] of [
    ['bad-credentials', 535],
    ['disabled', 535],
  ] as const) {
    const { signIn } = await start(t, { ...KNOWN, lookUp: async () => ok({ verifier, confirm: async () => err(why) }) })
    assert.equal(codeOf(await prove(signIn, 'right')), code)
  }
  const { signIn, waits } = await start(t, { ...KNOWN, lookUp: async () => err('busy') })
  assert.equal(codeOf(await prove(signIn, 'right')), 454)
  assert.deepEqual(waits, [WRONG_PASSWORD_DELAY_MS])
})

test('[SC5, SC11] what is offered follows from the connection; a hidden offer is refused', async (t) => {
  const { context } = await start(t)
  const bound = { ...LINK, channelBindings: () => new Map([['tls-exporter', new Uint8Array(32)]]) }
  assert.deepEqual(mechanismsFor(context, LINK), ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN', 'LOGIN'])
  assert.equal(mechanismsFor(context, bound)[0], 'SCRAM-SHA-256-PLUS')
  const step = await new SignIn(context, bound).start('SCRAM-SHA-256', Buffer.from('y,,n=ann,r=abc'))
  assert.ok(step.type === 'refused')
  assert.match(step.reply.lines.join(), /TLS connection/)
})
