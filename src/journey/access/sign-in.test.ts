// Signing in with a proof, for POP3 and IMAP: a wrong one counts and waits like a wrong password.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Log } from '../../ground/ports/log.ts'
import { err, ok } from '../../ground/result.ts'
import { makeVerifier, NO_BINDINGS, newNonce, startScramClient } from '../../mail/protocol/sasl/sasl.ts'
import { nodeClock } from '../../platform/node/clock.ts'
import { nodeDigests } from '../../platform/node/digests.ts'
import { nodeRandom } from '../../platform/node/random.ts'
import type { Scram } from '../../store/directory/directory.ts'
import { mechanismsFor, SignIn, type SignInOptions, type SignInStep } from './sign-in.ts'

const ANN = { org: 1, id: 'ann', address: 'ann@example.org', domain: 'example.org', name: '', disabled: false }
const random = nodeRandom()
const verifier = await makeVerifier(nodeDigests, 'right', { hash: 'sha256', salt: Buffer.from('salt'), iterations: 4096 })
assert.ok(verifier)

const KNOWN: Scram = {
  ...{ digests: nodeDigests, random },
  lookUp: async () => ok({ verifier, confirm: async () => ok(ANN) }),
}

function start(scram: Scram | undefined = KNOWN, bindings = NO_BINDINGS) {
  const waits: number[] = []
  const lines: string[] = []
  const write = (message: string, fields?: object): void => void lines.push(`${message} ${JSON.stringify(fields)}`)
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log }
  const options: SignInOptions = {
    authenticate: async (_, password) => (password === 'right' ? ok(ANN) : err('bad-credentials')),
    ...(scram ? { scram } : {}),
    clock: { ...nodeClock, sleep: async (ms) => void waits.push(ms) },
    log,
    settings: { loginAttempts: 3, failureDelay: 1000 },
    signal: new AbortController().signal,
    protocol: 'IMAP',
    peerAddress: '192.0.2.7',
    bindings: () => bindings,
  }
  return { signIn: new SignIn(options), waits, lines }
}

async function prove(signIn: SignIn, password: string, authorize?: string): Promise<SignInStep> {
  const options = { digests: nodeDigests, nonce: () => newNonce(random), bindings: NO_BINDINGS }
  const client = startScramClient(['SCRAM-SHA-256'], { authorize, name: ANN.address, password }, options)
  assert.ok(client)
  let step = await signIn.begin(client.mechanism, client.initial)
  while (step.type === 'challenge') {
    const answer = await client.respond(step.bytes)
    assert.ok(answer.ok)
    step = await signIn.respond(answer.value)
  }
  return step
}

test('[SC2] a right proof opens the account that the directory confirms', async () => {
  const { signIn, waits } = start()
  assert.deepEqual(await prove(signIn, 'right'), { type: 'in', account: ANN })
  assert.deepEqual(waits, [])
})

test('[SC16] a wrong proof is answered like a wrong password: the later the more there were, and the third is the last', async () => {
  const proved = start()
  const sent = start()
  for (let n = 1; n <= 3; n++) {
    const answer = await prove(proved.signIn, 'wrong')
    assert.deepEqual(answer, await sent.signIn.password(ANN.address, 'wrong'))
    assert.equal(answer.type === 'refused' && answer.hangUp, n === 3)
  }
  assert.deepEqual(proved.waits, [1000, 2000, 3000])
  assert.deepEqual(proved.lines, sent.lines)
})

test('[SC16] what the directory says at the end counts: a proof of yesterday’s password, a disabled account', async () => {
  for (const [why, answer] of [
    ['bad-credentials', 'credentials'],
    ['disabled', 'disabled'],
  ] as const) {
    const { signIn, waits } = start({ ...KNOWN, lookUp: async () => ok({ verifier, confirm: async () => err(why) }) })
    const step = await prove(signIn, 'right')
    assert.equal(step.type === 'refused' && step.why, answer)
    assert.deepEqual(waits, [1000])
  }
})

test('[SC16] too many at once, and a fault, are no wrong password', async () => {
  const busy = start({ ...KNOWN, lookUp: async () => err('busy') })
  const step = await prove(busy.signIn, 'right')
  assert.equal(step.type === 'refused' && step.why, 'not-now')
  assert.deepEqual(busy.waits, [1000])
  const lost = async (): Promise<never> => {
    throw new Error('no store')
  }
  for (const lookUp of [lost, async () => ok({ verifier, confirm: lost })]) {
    const broken = start({ ...KNOWN, lookUp })
    const answer = await prove(broken.signIn, 'right')
    assert.equal(answer.type === 'refused' && answer.why, 'not-now')
    assert.match(broken.lines.join(), /could not be decided/)
  }
})

test('nobody opens the mailbox of another, with a proof neither', async () => {
  const { signIn, lines } = start()
  assert.equal((await prove(signIn, 'right', 'bob@example.org')).type, 'refused')
  assert.match(lines.join(), /not-yourself/)
})

test('[SC5] a hidden offer is told to the operator', async () => {
  const { signIn, lines } = start(KNOWN, new Map([['tls-exporter', new Uint8Array(32)]]))
  const step = await signIn.begin('SCRAM-SHA-256', Buffer.from('y,,n=ann,r=abc'))
  assert.equal(step.type, 'refused')
  assert.match(lines.join(), /"reason":"channel-binding"/)
})

test('without a directory that knows proofs none are offered or taken', async () => {
  assert.deepEqual(mechanismsFor({}), ['PLAIN', 'LOGIN'])
  const { signIn } = start()
  const bare = new SignIn({ ...signInOptions(), protocol: 'POP3' })
  assert.equal((await bare.begin('SCRAM-SHA-256', Buffer.from('n,,n=ann,r=abc'))).type, 'refused')
  assert.equal((await signIn.begin('SCRAM-SHA-512', undefined)).type, 'refused')
})

function signInOptions(): Omit<SignInOptions, 'protocol'> {
  const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
  return {
    authenticate: async () => err('bad-credentials'),
    clock: { ...nodeClock, sleep: async () => {} },
    log,
    settings: { loginAttempts: 3, failureDelay: 1000 },
    signal: new AbortController().signal,
    peerAddress: '192.0.2.7',
  }
}
