// People who prove their password to the real program: by SMTP, POP3 and IMAP, in each form, in clear and under TLS. The client is our own.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { TLSSocket } from 'node:tls'
import {
  type ChannelBindings,
  NO_BINDINGS,
  newNonce,
  type ScramClient,
  startScramClient,
} from '../../src/mail/protocol/sasl/sasl.ts'
import { channelBindings } from '../../src/platform/node/channel-bindings.ts'
import { nodeDigests } from '../../src/platform/node/digests.ts'
import { nodeRandom } from '../../src/platform/node/random.ts'
import { type House, openHouse } from './house.ts'
import { dial, type Wire } from './wire.ts'

type Role = 'submission' | 'submissions' | 'pop3' | 'pop3s' | 'imap' | 'imaps'

type Said =
  | { readonly type: 'challenge'; readonly bytes: Uint8Array }
  | { readonly type: 'in' | 'refused'; readonly text: string }

/** How a protocol carries an exchange. */
interface Speech {
  readonly startTls: string
  readonly capabilities: string
  /** The last line of an answer. */
  readonly end: RegExp
  readonly offer: RegExp
  auth(mechanism: string, initial: string): string
}

const SMTP: Speech = {
  ...{ startTls: 'STARTTLS', capabilities: 'EHLO client.test', end: /^\d{3} /, offer: /^250[ -]AUTH (.*)/ },
  auth: (mechanism, initial) => `AUTH ${mechanism} ${initial}`,
}
const POP3: Speech = {
  ...{ startTls: 'STLS', capabilities: 'CAPA', end: /^(?:\.$|-ERR)/, offer: /^SASL (.*)/ },
  auth: (mechanism, initial) => `AUTH ${mechanism} ${initial}`,
}
const IMAP: Speech = {
  ...{ startTls: 'a STARTTLS', capabilities: 'b CAPABILITY', end: /^b /, offer: /^\* CAPABILITY (.*)/ },
  auth: (mechanism, initial) => `c AUTHENTICATE ${mechanism} ${initial}`,
}
const SPEECHES: Readonly<Record<Role, Speech>> = {
  ...{ submission: SMTP, submissions: SMTP, pop3: POP3, pop3s: POP3, imap: IMAP, imaps: IMAP },
}

const MECHANISMS = ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256', 'SCRAM-SHA-1']
const IN_CLEAR = MECHANISMS.slice(2)

const closers: (() => Promise<void> | void)[] = []
let house: House

before(async () => {
  const settings = '[pop3]\nfailureDelay = "1ms"\n[imap]\nfailureDelay = "1ms"\n'
  house = await openHouse({ after: (close) => void closers.push(close as () => Promise<void>) }, { settings, people: ['alice'] })
})

after(async () => {
  for (const close of closers) await close()
})

class Client {
  readonly #wire: Wire
  readonly #speech: Speech

  constructor(wire: Wire, speech: Speech) {
    this.#wire = wire
    this.#speech = speech
  }

  /** Implicit TLS where the role has it, else in clear, or with `tls` after STARTTLS. */
  static async reach(role: Role, { tls = false } = {}): Promise<Client> {
    const wire = await dial(house.program.port(role), { tls: role.endsWith('s') })
    const client = new Client(wire, SPEECHES[role])
    await wire.line()
    if (tls) {
      if (SPEECHES[role] === SMTP) await client.offered()
      wire.say(`${SPEECHES[role].startTls}\r\n`)
      await wire.line()
      await wire.startTls()
    }
    if (SPEECHES[role] === SMTP) await client.offered()
    return client
  }

  get bindings(): ChannelBindings {
    const { socket } = this.#wire
    return socket instanceof TLSSocket ? channelBindings(socket, 'client') : NO_BINDINGS
  }

  async offered(): Promise<readonly string[]> {
    this.#wire.say(`${this.#speech.capabilities}\r\n`)
    const lines: string[] = []
    for (;;) {
      const line = (await this.#wire.line()) ?? '.'
      lines.push(line)
      if (this.#speech.end.test(line)) break
    }
    const words = lines.flatMap((line) => this.#speech.offer.exec(line)?.[1]?.split(' ') ?? [])
    if (this.#speech !== IMAP) return words
    return words.filter((word) => word.startsWith('AUTH=')).map((word) => word.slice(5))
  }

  async auth(mechanism: string, initial: Uint8Array): Promise<Said> {
    return await this.ask(this.#speech.auth(mechanism, Buffer.from(initial).toString('base64')))
  }

  async answer(bytes: Uint8Array): Promise<Said> {
    return await this.ask(Buffer.from(bytes).toString('base64'))
  }

  async ask(line: string): Promise<Said> {
    this.#wire.say(`${line}\r\n`)
    const text = (await this.#wire.line()) ?? ''
    const challenge = /^(?:334|\+) (.*)/.exec(text)?.[1]
    if (challenge !== undefined) return { type: 'challenge', bytes: Buffer.from(challenge, 'base64') }
    return { type: /^(?:235|\+OK|c OK)/.test(text) ? 'in' : 'refused', text }
  }

  hangUp(): void {
    this.#wire.hangUp()
  }
}

const random = nodeRandom()

function proof(mechanism: string, bindings: ChannelBindings, { name = 'alice@posthorn.test', password = '' } = {}): ScramClient {
  const credentials = { authorize: undefined, name, password: password || house.person('alice').password }
  const scram = startScramClient([mechanism], credentials, { digests: nodeDigests, nonce: () => newNonce(random), bindings })
  assert.ok(scram)
  return scram
}

/** To the end; `steps` counts what the server said. */
async function prove(client: Client, scram: ScramClient): Promise<{ readonly said: Said; readonly steps: number }> {
  let said = await client.auth(scram.mechanism, scram.initial)
  let steps = 1
  for (; said.type === 'challenge'; steps++) {
    const answer = await scram.respond(said.bytes)
    assert.ok(answer.ok)
    said = await client.answer(answer.value)
  }
  return { said, steps }
}

for (const role of ['submission', 'submissions', 'pop3', 'pop3s', 'imap', 'imaps'] as const) {
  for (const mechanism of MECHANISMS) {
    test(`[SC2] ${mechanism} by ${role}, under TLS`, async () => {
      const client = await Client.reach(role, { tls: !role.endsWith('s') })
      assert.deepEqual((await client.offered()).slice(0, 4), MECHANISMS)
      const scram = proof(mechanism, mechanism.endsWith('-PLUS') ? client.bindings : NO_BINDINGS)
      assert.equal((await prove(client, scram)).said.type, 'in')
      assert.equal(scram.isServerProved, true)
      client.hangUp()
    })
  }
}

for (const role of ['submission', 'pop3', 'imap'] as const) {
  test(`[SC11, SC14] ${role} in clear, from this machine: nothing to bind to`, async () => {
    const client = await Client.reach(role)
    assert.deepEqual(await client.offered(), [...IN_CLEAR, 'PLAIN', 'LOGIN'])
    assert.equal((await prove(client, proof('SCRAM-SHA-256', NO_BINDINGS))).said.type, 'in')
    client.hangUp()
  })
}

for (const role of ['submissions', 'pop3s', 'imaps'] as const) {
  test(`[SC10] either binding fits: ${role}`, async () => {
    const client = await Client.reach(role)
    const endPoint = client.bindings.get('tls-server-end-point')
    assert.ok(endPoint && client.bindings.has('tls-exporter'))
    const scram = proof('SCRAM-SHA-256-PLUS', new Map([['tls-server-end-point', endPoint]]))
    assert.equal((await prove(client, scram)).said.type, 'in')
    client.hangUp()
  })

  test(`[SC5, SC6] somebody in between gets nowhere: ${role}`, async () => {
    const [client, other] = [await Client.reach(role), await Client.reach(role)]
    // The proof is made for the one connection and handed to the other.
    const { said } = await prove(other, proof('SCRAM-SHA-256-PLUS', client.bindings))
    assert.ok(said.type === 'refused')
    assert.match(said.text, /TLS connection/)
    // The -PLUS forms were taken out of the list.
    assert.equal((await prove(client, proof('SCRAM-SHA-256', client.bindings))).said.type, 'refused')
    client.hangUp()
    other.hangUp()
  })

  test(`[SC15] a name that does not exist hears what a wrong password hears: ${role}`, async () => {
    const names = ['alice@posthorn.test', 'nobody@posthorn.test', 'nobody@elsewhere.test', 'nobody']
    const tried = names.map(async (name) => {
      const client = await Client.reach(role)
      const outcome = await prove(client, proof('SCRAM-SHA-256', NO_BINDINGS, { name, password: 'wrong' }))
      client.hangUp()
      return outcome
    })
    const heard = await Promise.all(tried)
    assert.equal(heard[0]?.steps, 2)
    assert.equal(heard[0]?.said.type, 'refused')
    for (const one of heard) assert.deepEqual(one, heard[0])
  })

  test(`[SC16] who gives up may begin anew, also after our proof: ${role}`, async () => {
    const client = await Client.reach(role)
    const scram = proof('SCRAM-SHA-256', NO_BINDINGS)
    const first = await client.auth(scram.mechanism, scram.initial)
    assert.ok(first.type === 'challenge')
    const answer = await scram.respond(first.bytes)
    assert.ok(answer.ok && (await client.answer(answer.value)).type === 'challenge')
    assert.equal((await client.ask('*')).type, 'refused')
    assert.equal((await prove(client, proof('SCRAM-SHA-1', NO_BINDINGS))).said.type, 'in')
    client.hangUp()
  })
}

test('[R10] a new password is to be proved at once', async () => {
  const control = await house.control()
  assert.ok((await control.addUser({ address: 'carol@posthorn.test', name: '', password: 'the-first-long-word' })).ok)
  assert.ok((await control.setPassword('carol@posthorn.test', 'another-long-word')).ok)
  for (const [password, outcome] of [
    ['the-first-long-word', 'refused'],
    ['another-long-word', 'in'],
  ] as const) {
    const client = await Client.reach('imaps')
    const scram = proof('SCRAM-SHA-256', NO_BINDINGS, { name: 'carol@posthorn.test', password })
    assert.equal((await prove(client, scram)).said.type, outcome)
    client.hangUp()
  }
})
