// What is kept for those who prove their password, and what those are told who do not exist.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Clock } from '../../ground/ports/clock.ts'
import type { Digests } from '../../ground/ports/digests.ts'
import type { Passwords } from '../../ground/ports/passwords.ts'
import { NO_BINDINGS, newNonce, type ServerStep, startScramClient, startServerExchange } from '../../mail/protocol/sasl/sasl.ts'
import { nodeDigests } from '../../platform/node/digests.ts'
import { nodeRandom } from '../../platform/node/random.ts'
import type { Procedure } from '../database/procedure.ts'
import { forEachEngine, type TestEngine } from '../database/testing.ts'
import type { Store } from '../store.ts'
import { credentialsOfPerson } from './directory.store.ts'
import { directoryMigrations } from './directory.tables.ts'
import {
  Authenticator,
  addDomainProcedure,
  addOrganisationProcedure,
  addPersonProcedure,
  directoryProcedures,
  passwordSecrets,
  type Scram,
  setDisabledProcedure,
  setPasswordProcedure,
} from './directory.ts'

const PEER = '192.0.2.1'
const ANN = 'ann@example.com'

const random = nodeRandom()
const digests: Digests = { ...nodeDigests, pbkdf2: (hash, password, salt) => nodeDigests.pbkdf2(hash, password, salt, 1) }
const passwords: Passwords = {
  hash: async (password) => `hash of ${password}`,
  verify: async (stored, password) => stored === `hash of ${password}`,
}
const clock: Clock = { now: () => 0, monotonic: () => 0, after: () => () => undefined, sleep: async () => undefined }

/** A whole exchange; what the directory says at its end. */
async function prove(scram: Scram, name: string, password: string, during = async (): Promise<void> => {}) {
  const options = { digests, nonce: () => newNonce(random), bindings: NO_BINDINGS }
  const client = startScramClient(['SCRAM-SHA-256'], { authorize: undefined, name, password }, options)
  assert.ok(client)
  let step: ServerStep = startServerExchange('SCRAM-SHA-256', client.initial, options)
  assert.ok(step.type === 'lookup')
  const found = await scram.lookUp(step.name, step.hash, PEER)
  assert.ok(found.ok)
  step = step.found(found.value.verifier)
  await during()
  while (step.type === 'challenge') {
    const answer = await client.respond(step.bytes)
    if (!answer.ok) return answer.error
    step = step.exchange.respond(answer.value)
  }
  if (step.type !== 'proved') return step.type
  const confirmed = await found.value.confirm()
  return confirmed.ok ? confirmed.value.address : confirmed.error
}

forEachEngine('directory: proofs', ({ open }: TestEngine) => {
  async function start(t: TestContext, { verifiers = true } = {}) {
    const store = await open({
      migrations: directoryMigrations,
      procedures: directoryProcedures as readonly Procedure<never, unknown>[],
    })
    t.after(() => store.close())
    await store.call(addOrganisationProcedure, { name: 'One', at: 1 })
    await store.call(addDomainProcedure, { org: 1, name: 'example.com', at: 1 })
    const secrets = await passwordSecrets({ store, passwords, digests, random }, ANN, 'right')
    const who = { org: 1, id: 'p1', localPart: 'Ann', domain: 'example.com', name: '', at: 1 }
    await store.call(addPersonProcedure, { ...who, ...(verifiers ? secrets : { secret: secrets.secret }) })
    return { store, door: authenticator(store) }
  }

  const authenticator = (store: Store): Authenticator => new Authenticator({ store, passwords, digests, clock, random })

  async function kinds(store: Store): Promise<readonly string[]> {
    return (await store.all(credentialsOfPerson, { org: 1, personId: 'p1' })).map((row) => row.kind).sort()
  }

  test('[R10] a password can be proved as well as sent, and a wrong one neither', async (t) => {
    const { door, store } = await start(t)
    assert.deepEqual(await kinds(store), ['password', 'scram-sha-1', 'scram-sha-256'])
    assert.equal(await prove(door.scram, 'ANN@Example.com', 'right'), ANN)
    assert.equal(await prove(door.scram, ANN, 'wrong'), 'disproved')
    assert.ok((await door.authenticate(ANN, 'right', PEER)).ok)
  })

  test('[R10] a new password counts for proofs at once, also for those that have begun', async (t) => {
    const { door, store } = await start(t)
    const fresh = await passwordSecrets({ store, passwords, digests, random }, ANN, 'new')
    const change = async (): Promise<void> =>
      void (await store.call(setPasswordProcedure, { org: 1, personId: 'p1', ...fresh, at: 2 }))
    assert.equal(await prove(door.scram, ANN, 'right', change), 'bad-credentials')
    assert.equal(await prove(door.scram, ANN, 'right'), 'disproved')
    assert.equal(await prove(door.scram, ANN, 'new'), ANN)
    const disable = { org: 1, personId: 'p1', disabled: true }
    assert.equal(
      await prove(door.scram, ANN, 'new', async () => void (await store.call(setDisabledProcedure, disable))),
      'disabled',
    )
    assert.equal(await prove(door.scram, ANN, 'wrong'), 'disproved')
  })

  test('[R10] a password set without a proof takes the old one’s proof away', async (t) => {
    const { door, store } = await start(t)
    await store.call(setPasswordProcedure, { org: 1, personId: 'p1', secret: 'hash of new', at: 2 })
    assert.deepEqual(await kinds(store), ['password'])
    assert.equal(await prove(door.scram, ANN, 'right'), 'disproved')
  })

  test('[R11] who has none yet gets it by sending the password once', async (t) => {
    const { door, store } = await start(t, { verifiers: false })
    assert.equal(await prove(door.scram, ANN, 'right'), 'disproved')
    assert.ok(!(await door.authenticate(ANN, 'wrong', PEER)).ok)
    assert.deepEqual(await kinds(store), ['password'])
    assert.ok((await door.authenticate(ANN, 'right', PEER)).ok)
    assert.deepEqual(await kinds(store), ['password', 'scram-sha-1', 'scram-sha-256'])
    assert.equal(await prove(door.scram, ANN, 'right'), ANN)
    assert.ok((await door.authenticate(ANN, 'right', PEER)).ok)
  })

  test('[R11] not when the password is another one by then', async (t) => {
    const { store } = await start(t, { verifiers: false })
    const slow: Digests = {
      ...digests,
      async pbkdf2(...args) {
        await store.call(setPasswordProcedure, { org: 1, personId: 'p1', secret: 'hash of new', at: 2 })
        return await digests.pbkdf2(...args)
      },
    }
    const door = new Authenticator({ store, passwords, digests: slow, clock, random })
    assert.ok((await door.authenticate(ANN, 'right', PEER)).ok)
    assert.deepEqual(await kinds(store), ['password'])
  })

  test('[R11] a password that nobody writes the same is only sent', async (t) => {
    const { door, store } = await start(t)
    const odd = await passwordSecrets({ store, passwords, digests, random }, ANN, 'a\u0007b')
    assert.deepEqual(odd, { secret: 'hash of a\u0007b', verifiers: [] })
    await store.call(setPasswordProcedure, { org: 1, personId: 'p1', ...odd, at: 2 })
    assert.ok((await door.authenticate(ANN, 'a\u0007b', PEER)).ok)
    assert.deepEqual(await kinds(store), ['password'])
  })

  test('[R12] the salt tells nobody who exists: it is the same before, during and after, in every thread', async (t) => {
    const { door, store } = await start(t, { verifiers: false })
    const other = authenticator(store)
    const asked = async (from: Authenticator, name: string, hash: 'sha256' | 'sha1' = 'sha256') => {
      const found = await from.scram.lookUp(name, hash, PEER)
      assert.ok(found.ok)
      const { salt, iterations, storedKey, serverKey } = found.value.verifier
      return [Buffer.from(salt).toString('hex'), iterations, storedKey.length, serverKey.length]
    }
    const before = await asked(door, ANN)
    await door.authenticate(ANN, 'right', PEER)
    assert.deepEqual(await asked(door, ANN), before)
    assert.deepEqual(await asked(other, 'ANN@EXAMPLE.COM'), before)
    for (const name of ['nobody@example.com', 'nobody', '@', 'ann@elsewhere.example']) {
      const [salt, ...shape] = await asked(door, name)
      assert.deepEqual(shape, before.slice(1), name)
      assert.notEqual(salt, before[0])
      assert.deepEqual(await asked(door, name.toUpperCase()), [salt, ...shape], name)
      assert.deepEqual(await asked(other, name), [salt, ...shape], name)
    }
    assert.notEqual((await asked(door, ANN, 'sha1'))[0], before[0])
    const elsewhere = await start(t)
    assert.notEqual((await asked(elsewhere.door, ANN))[0], before[0])
  })

  test('[R12] somebody unknown takes part to the end, and asks the store as often', async (t) => {
    const { store } = await start(t)
    let questions = 0
    const counting: Store = {
      all: (statement, args) => {
        questions++
        return store.all(statement, args)
      },
      first: (statement, args) => {
        questions++
        return store.first(statement, args)
      },
      call: (called, args) => store.call(called, args),
      query: (build) => store.query(build),
      close: () => store.close(),
    }
    const door = authenticator(counting)
    assert.equal(await prove(door.scram, ANN, 'wrong'), 'disproved')
    const counts: number[] = []
    for (const name of [ANN, 'bob@example.com', 'nobody@nowhere.example']) {
      questions = 0
      assert.equal(await prove(door.scram, name, 'wrong'), 'disproved')
      counts.push(questions)
    }
    assert.deepEqual(counts, [2, 2, 2])
  })

  test('[R13] who proves waits for a turn like those who send', async (t) => {
    const { store } = await start(t)
    const waiting: (() => void)[] = []
    const slow: Passwords = { ...passwords, verify: () => new Promise((resolve) => waiting.push(() => resolve(false))) }
    const door = new Authenticator({ store, passwords: slow, digests, clock, random })
    // Four are checked, sixteen wait; one more of their network is told to come back.
    const sent = Array.from({ length: 4 + 16 + 1 }, () => door.authenticate(ANN, 'wrong', PEER))
    assert.deepEqual(await Promise.race(sent), { ok: false, error: 'busy' })
    assert.deepEqual(await door.scram.lookUp(ANN, 'sha256', PEER), { ok: false, error: 'busy' })
    let answered = false
    const other = door.scram.lookUp(ANN, 'sha256', '198.51.100.1').then((found) => {
      answered = true
      return found
    })
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(answered, false)
    let done = false
    const all = Promise.all(sent).then(() => {
      done = true
    })
    while (!done) {
      for (const go of waiting.splice(0)) go()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await all
    assert.ok((await other).ok)
  })
})
