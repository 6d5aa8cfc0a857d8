// The directory: people, domains and aliases; finding recipients; signing in.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Clock } from '../../ground/ports/clock.ts'
import type { Digests } from '../../ground/ports/digests.ts'
import type { Passwords } from '../../ground/ports/passwords.ts'
import type { Random } from '../../ground/ports/random.ts'
import { nodeDigests } from '../../platform/node/digests.ts'
import type { Procedure } from '../database/procedure.ts'
import { forEachEngine, type TestEngine } from '../database/testing.ts'
import { directoryMigrations } from './directory.tables.ts'
import {
  Authenticator,
  addAliasProcedure,
  addDomainProcedure,
  addOrganisationProcedure,
  addPersonProcedure,
  DirectoryCache,
  directoryProcedures,
  findPerson,
  findRecipient,
  isLocalDomain,
  listAliases,
  listDomains,
  listOrganisations,
  listPeople,
  removeAliasProcedure,
  removeDomainProcedure,
  removePersonProcedure,
  setDisabledProcedure,
  setPasswordProcedure,
} from './directory.ts'

const PEER = '192.0.2.1'

/** Of few rounds, so that nobody waits. */
const digests: Digests = { ...nodeDigests, pbkdf2: (hash, password, salt) => nodeDigests.pbkdf2(hash, password, salt, 1) }

const random: Random = { bytes: (length) => new Uint8Array(length).fill(7), below: () => 0 }

class PlainPasswords implements Passwords {
  readonly verified: string[] = []
  async hash(password: string): Promise<string> {
    return `hash of ${password}`
  }
  async verify(stored: string, password: string): Promise<boolean> {
    this.verified.push(stored)
    return stored === `hash of ${password}`
  }
}

forEachEngine('directory', ({ open }: TestEngine) => {
  async function start(t: TestContext) {
    const listeners = new Set<(key: string) => void>()
    const notify = {
      publish: (topic: string) => {
        if (topic === 'directory') for (const listener of listeners) listener('')
      },
      subscribe: (_: string, listener: (key: string) => void) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    }
    const store = await open({
      migrations: directoryMigrations,
      procedures: directoryProcedures as readonly Procedure<never, unknown>[],
      notify,
    })
    t.after(() => store.close())
    const at = 1000
    assert.deepEqual(await store.call(addOrganisationProcedure, { name: 'One', at }), { ok: true, value: 1 })
    const done = { ok: true, value: { ok: true, value: undefined } }
    assert.deepEqual(await store.call(addDomainProcedure, { org: 1, name: 'example.com', at }), done)
    const addPerson = (id: string, localPart: string, when = at) =>
      store.call(addPersonProcedure, {
        org: 1,
        id,
        localPart,
        domain: 'example.com',
        name: id,
        secret: 'hash of right',
        at: when,
      })
    assert.deepEqual(await addPerson('p1', 'Ann'), done)
    const clock = { at: 0 }
    const time: Clock = {
      now: () => clock.at,
      monotonic: () => clock.at,
      after: () => () => undefined,
      sleep: async () => undefined,
    }
    return { store, notify, addPerson, clock, time, done }
  }

  test('[R1] an address and a domain belong to one, whatever their case', async (t) => {
    const { store, addPerson } = await start(t)
    const refused = (error: string) => ({ ok: true, value: { ok: false, error } })
    assert.deepEqual(await addPerson('p2', 'ANN'), refused('address-exists'))
    assert.deepEqual(await store.call(addDomainProcedure, { org: 1, name: 'example.com', at: 1 }), refused('domain-exists'))
    assert.deepEqual(await store.call(addDomainProcedure, { org: 9, name: 'example.net', at: 1 }), refused('no-organisation'))
    const alias = { org: 1, localPart: 'ann', domain: 'example.com', target: 'x@example.net' }
    assert.deepEqual(await store.call(addAliasProcedure, alias), refused('address-exists'))
    assert.deepEqual(await store.call(addAliasProcedure, { ...alias, domain: 'example.net' }), refused('no-domain'))
    assert.deepEqual(
      (await listPeople(store, { org: 1 })).map((person) => person.address),
      ['ann@example.com'],
    )
    assert.deepEqual(
      (await listDomains(store, { org: 1 })).map((domain) => domain.name),
      ['example.com'],
    )
    assert.deepEqual(
      (await listOrganisations(store)).map((organisation) => organisation.name),
      ['One'],
    )
  })

  test('[R2] recipients: exact, without their tag, aliases with all targets, and nobody', async (t) => {
    const { store } = await start(t)
    const alias = { org: 1, localPart: 'team', domain: 'example.com' }
    await store.call(addAliasProcedure, { ...alias, target: 'ann@example.com' })
    await store.call(addAliasProcedure, { ...alias, target: 'bob@example.net' })
    const ann = { type: 'person', org: 1, personId: 'p1', address: 'ann@example.com' }
    assert.deepEqual(await findRecipient(store, 'ann@example.com'), ann)
    assert.deepEqual(await findRecipient(store, 'aNN+Shop+x@Example.com'), ann)
    const team = { type: 'alias', org: 1, address: 'team@example.com', targets: ['ann@example.com', 'bob@example.net'] }
    assert.deepEqual(await findRecipient(store, 'team@example.com'), team)
    for (const nobody of ['bob@example.com', 'ann@example.net', '+ann@example.com', 'ann', '@example.com', 'ann@']) {
      assert.equal(await findRecipient(store, nobody), undefined, nobody)
    }
    assert.equal((await listAliases(store, { org: 1 })).length, 2)
    assert.ok((await store.call(removeAliasProcedure, alias)).ok)
    assert.equal(await findRecipient(store, 'team@example.com'), undefined)
  })

  test('[R3] postmaster of a domain of ours is its first person, unless somebody is named so', async (t) => {
    const { store, addPerson } = await start(t)
    await addPerson('p0', 'zoe', 2000)
    assert.equal((await findRecipient(store, 'PostMaster@example.com'))?.address, 'ann@example.com')
    assert.equal(await findRecipient(store, 'postmaster@example.net'), undefined)
    await addPerson('p9', 'postmaster', 3000)
    assert.equal((await findRecipient(store, 'postmaster@example.com'))?.address, 'postmaster@example.com')
  })

  test('[R4] a domain goes only when nobody has an address in it', async (t) => {
    const { store, done } = await start(t)
    const inUse = { ok: true, value: { ok: false, error: 'domain-in-use' } }
    const domain = { org: 1, name: 'example.com' }
    assert.deepEqual(await store.call(removeDomainProcedure, domain), inUse)
    await store.call(removePersonProcedure, { org: 1, personId: 'p1' })
    await store.call(addAliasProcedure, { org: 1, localPart: 'a', domain: 'example.com', target: 'b@example.net' })
    assert.deepEqual(await store.call(removeDomainProcedure, domain), inUse)
    await store.call(removeAliasProcedure, { org: 1, localPart: 'a', domain: 'example.com' })
    assert.deepEqual(await store.call(removeDomainProcedure, domain), done)
    assert.equal(await isLocalDomain(store, 'example.com'), false)
  })

  test('[R5] signing in: right, wrong, unknown, disabled, removed', async (t) => {
    const { store, time } = await start(t)
    const passwords = new PlainPasswords()
    const door = new Authenticator({ store, passwords, digests, clock: time, random })
    const right = await door.authenticate('ANN@example.com', 'right', PEER)
    assert.ok(right.ok && right.value.id === 'p1')
    const refused = { ok: false, error: 'bad-credentials' }
    assert.deepEqual(await door.authenticate('ann@example.com', 'wrong', PEER), refused)
    assert.deepEqual(await door.authenticate('ann@example.com', '', PEER), refused)
    assert.deepEqual(await door.authenticate('ann@example.com', 'x'.repeat(2000), PEER), refused)
    await store.call(setDisabledProcedure, { org: 1, personId: 'p1', disabled: true })
    assert.deepEqual(await door.authenticate('ann@example.com', 'right', PEER), { ok: false, error: 'disabled' })
    assert.deepEqual(await door.authenticate('ann@example.com', 'wrong', PEER), refused)
    await store.call(removePersonProcedure, { org: 1, personId: 'p1' })
    assert.deepEqual(await door.authenticate('ann@example.com', 'right', PEER), refused)
    assert.equal(await findPerson(store, 'ann@example.com'), undefined)
  })

  test('[R6] an unknown name costs a verification, as a known one does', async (t) => {
    const { store, time } = await start(t)
    const passwords = new PlainPasswords()
    const door = new Authenticator({ store, passwords, digests, clock: time, random })
    for (const name of ['nobody@example.com', 'nobody', '', 'ann@example.com']) {
      passwords.verified.length = 0
      await door.authenticate(name, 'wrong', PEER)
      assert.equal(passwords.verified.length, 1, name)
    }
  })

  test('[R7] a right password is remembered for five minutes, not beyond a change of it', async (t) => {
    const { store, time, clock } = await start(t)
    const passwords = new PlainPasswords()
    const door = new Authenticator({ store, passwords, digests, clock: time, random })
    for (let n = 0; n < 3; n++) assert.ok((await door.authenticate('ann@example.com', 'right', PEER)).ok)
    assert.equal(passwords.verified.length, 1)
    clock.at += 5 * 60_000
    assert.ok((await door.authenticate('ann@example.com', 'right', PEER)).ok)
    assert.equal(passwords.verified.length, 2)
    await store.call(setPasswordProcedure, { org: 1, personId: 'p1', secret: 'hash of new', at: 5 })
    assert.ok(!(await door.authenticate('ann@example.com', 'right', PEER)).ok)
    assert.ok((await door.authenticate('ann@example.com', 'new', PEER)).ok)
  })

  test('[R8] the cache asks once, forgets on a hint, and after a while by itself', async (t) => {
    const { store, notify, addPerson, clock, time } = await start(t)
    let questions = 0
    const counting = {
      ...store,
      first: ((...args: Parameters<typeof store.first>) => {
        questions++
        return store.first(...args)
      }) as typeof store.first,
    }
    const cache = new DirectoryCache({ store: counting, clock: time, notify })
    t.after(() => cache.close())
    assert.equal(await cache.findRecipient('bob@example.com'), undefined)
    assert.equal(await cache.isLocalDomain('EXAMPLE.com'), true)
    const asked = questions
    await cache.findRecipient('bob@example.com')
    await cache.isLocalDomain('example.com')
    assert.equal(questions, asked)
    clock.at += 30_000
    await cache.isLocalDomain('example.com')
    assert.equal(questions, asked + 1)
    await addPerson('p2', 'bob')
    assert.equal((await cache.findRecipient('bob@example.com'))?.type, 'person')
  })

  test('[R8] the first organisation is asked for once, and again after a change', async (t) => {
    const { store, notify, time, addPerson } = await start(t)
    let questions = 0
    const counting = {
      ...store,
      all: ((...args: Parameters<typeof store.all>) => {
        questions++
        return store.all(...args)
      }) as typeof store.all,
    }
    const cache = new DirectoryCache({ store: counting, clock: time, notify })
    t.after(() => cache.close())
    assert.equal(await cache.firstOrganisation(), 1)
    await cache.firstOrganisation()
    assert.equal(questions, 1)
    await addPerson('p2', 'bob')
    assert.equal(await cache.firstOrganisation(), 1)
    assert.equal(questions, 2)
  })
})
