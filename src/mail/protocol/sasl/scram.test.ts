// SCRAM from both ends: the examples of the standards, every form, and every message tampered with.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nodeDigests } from '../../../platform/node/digests.ts'
import { nodeRandom } from '../../../platform/node/random.ts'
import {
  type ChannelBindings,
  formatVerifier,
  makeVerifier,
  NO_BINDINGS,
  newNonce,
  parseVerifier,
  prepare,
  type ScramClient,
  type ScramVerifier,
  type ServerMechanism,
  type ServerStep,
  serverMechanisms,
  startScramClient,
  startServerExchange,
} from './sasl.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (octets: Uint8Array): string => Buffer.from(octets).toString()
const unbase64 = (written: string): Uint8Array => Buffer.from(written, 'base64')

const random = nodeRandom()
const nonce = (): string => newNonce(random)
const BINDING: ChannelBindings = new Map([
  ['tls-exporter', new Uint8Array(32).fill(9)],
  ['tls-server-end-point', new Uint8Array(32).fill(8)],
])
const START = { digests: nodeDigests, nonce, bindings: NO_BINDINGS }

const EXAMPLES = [
  {
    mechanism: 'SCRAM-SHA-1' as const,
    hash: 'sha1' as const,
    clientNonce: 'fyko+d2lbbFgONRv9qkxdawL',
    serverNonce: '3rfcNHYJY1ZVvWVs7j',
    salt: 'QSXCR+Q6sek8bf92',
    final: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    verified: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    mechanism: 'SCRAM-SHA-256' as const,
    hash: 'sha256' as const,
    clientNonce: 'rOprNGfwEbeRWgbNEkqO',
    serverNonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
    final: 'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    verified: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
]

function clientOf(
  mechanism: string,
  options: { bindings?: ChannelBindings; nonce?: () => string; password?: string } = {},
): ScramClient {
  const client = startScramClient(
    [mechanism],
    { authorize: undefined, name: 'user', password: options.password ?? 'pencil' },
    { digests: nodeDigests, nonce: options.nonce ?? nonce, bindings: options.bindings ?? NO_BINDINGS },
  )
  assert.ok(client)
  return client
}

async function verifierOf(hash: 'sha256' | 'sha1', password = 'pencil'): Promise<ScramVerifier> {
  const verifier = await makeVerifier(nodeDigests, password, { hash, salt: bytes('a pinch of salt'), iterations: 4096 })
  assert.ok(verifier)
  return verifier
}

type Tamper = (message: string, direction: 'client' | 'server', n: number) => string

/** Lets the two talk; what each says may be changed on the way. */
async function converse(
  mechanism: ServerMechanism,
  client: ScramClient,
  verifier: ScramVerifier,
  { bindings = NO_BINDINGS, tamper = (message) => message }: { bindings?: ChannelBindings; tamper?: Tamper } = {},
): Promise<ServerStep | { readonly type: 'given-up' }> {
  let sent = 0
  let heard = 0
  let step = startServerExchange(mechanism, bytes(tamper(text(client.initial), 'client', sent++)), {
    digests: nodeDigests,
    nonce,
    bindings,
  })
  for (;;) {
    if (step.type === 'lookup') step = step.found(verifier)
    else if (step.type === 'challenge') {
      const answer = await client.respond(bytes(tamper(text(step.bytes), 'server', heard++)))
      if (!answer.ok) return { type: 'given-up' }
      step = step.exchange.respond(bytes(tamper(text(answer.value), 'client', sent++)))
    } else return step
  }
}

for (const example of EXAMPLES) {
  test(`[SC1] the example of the standard: ${example.mechanism}`, async () => {
    const client = clientOf(example.mechanism, { nonce: () => example.clientNonce })
    assert.equal(text(client.initial), `n,,n=user,r=${example.clientNonce}`)
    const first = `r=${example.clientNonce}${example.serverNonce},s=${example.salt},i=4096`
    const answer = await client.respond(bytes(first))
    assert.equal(answer.ok && text(answer.value), example.final)
    assert.deepEqual(await client.respond(bytes(example.verified)), { ok: true, value: new Uint8Array() })
    assert.equal(client.isServerProved, true)
  })

  test(`[SC1] the example of the standard, the server's side: ${example.mechanism}`, async () => {
    const parameters = { hash: example.hash, salt: unbase64(example.salt), iterations: 4096 }
    const verifier = await makeVerifier(nodeDigests, 'pencil', parameters)
    assert.ok(verifier)
    let step = startServerExchange(example.mechanism, bytes(`n,,n=user,r=${example.clientNonce}`), {
      ...START,
      nonce: () => example.serverNonce,
    })
    assert.deepEqual(step.type === 'lookup' && [step.name, step.hash], ['user', example.hash])
    if (step.type === 'lookup') step = step.found(verifier)
    const first = `r=${example.clientNonce}${example.serverNonce},s=${example.salt},i=4096`
    assert.equal(step.type === 'challenge' && text(step.bytes), first)
    if (step.type === 'challenge') step = step.exchange.respond(bytes(example.final))
    assert.equal(step.type === 'challenge' && text(step.bytes), example.verified)
    if (step.type === 'challenge') step = step.exchange.respond(bytes(''))
    assert.deepEqual(step, { type: 'proved', name: 'user' })
  })
}

for (const plus of ['', '-PLUS']) {
  for (const hash of ['SHA-256', 'SHA-1']) {
    const mechanism = `SCRAM-${hash}${plus}` as ServerMechanism
    const bindings = plus === '' ? NO_BINDINGS : BINDING
    const kind = hash === 'SHA-256' ? 'sha256' : 'sha1'

    test(`[SC2] both ends understand each other, and know each other: ${mechanism}`, async () => {
      const client = clientOf(mechanism, { bindings })
      assert.equal(client.mechanism, mechanism)
      assert.deepEqual(await converse(mechanism, client, await verifierOf(kind), { bindings }), { type: 'proved', name: 'user' })
      assert.equal(client.isServerProved, true)
    })

    test(`[SC3] a wrong password is disproved, whatever else is right: ${mechanism}`, async () => {
      const client = clientOf(mechanism, { bindings, password: 'pencils' })
      assert.deepEqual(await converse(mechanism, client, await verifierOf(kind), { bindings }), {
        type: 'disproved',
        name: 'user',
      })
      assert.equal(client.isServerProved, false)
    })

    test(`[SC4] whatever is changed on the way, nobody gets in: ${mechanism}`, async () => {
      const verifier = await verifierOf(kind)
      const said: { direction: 'client' | 'server'; n: number; length: number }[] = []
      const listen: Tamper = (message, direction, n) => {
        if (message !== '') said.push({ direction, n, length: message.length })
        return message
      }
      await converse(mechanism, clientOf(mechanism, { bindings }), verifier, { bindings, tamper: listen })
      assert.equal(said.length, 4)
      for (const one of said) {
        for (let at = 0; at < one.length; at++) {
          const tamper: Tamper = (message, direction, n) => {
            if (direction !== one.direction || n !== one.n) return message
            return `${message.slice(0, at)}${message[at] === 'x' ? 'y' : 'x'}${message.slice(at + 1)}`
          }
          const step = await converse(mechanism, clientOf(mechanism, { bindings }), verifier, { bindings, tamper })
          assert.notEqual(step.type, 'proved', `${one.direction} ${one.n} at ${at}`)
        }
      }
    })
  }
}

function outcomeOf(mechanism: ServerMechanism, first: string, bindings = NO_BINDINGS): string {
  const step = startServerExchange(mechanism, bytes(first), { ...START, bindings })
  return step.type === 'failed' ? step.reason : step.type
}

test('[SC4] what was overheard is worth nothing the next time, even when the client’s nonce comes again', async () => {
  const verifier = await verifierOf('sha256')
  let overheard = ''
  const same = { nonce: () => 'the-same-nonce' }
  const listen: Tamper = (message, direction, n) => {
    if (direction === 'client' && n === 1) overheard = message
    return message
  }
  assert.equal((await converse('SCRAM-SHA-256', clientOf('SCRAM-SHA-256', same), verifier, { tamper: listen })).type, 'proved')
  const replay: Tamper = (message, direction, n) => (direction === 'client' && n === 1 ? overheard : message)
  const again = await converse('SCRAM-SHA-256', clientOf('SCRAM-SHA-256', same), verifier, { tamper: replay })
  assert.deepEqual(again, { type: 'failed', reason: 'malformed' })
})

test('[SC5] a client that could bind, and was offered it, did not see the offer: refused', async () => {
  assert.equal(outcomeOf('SCRAM-SHA-256', 'y,,n=user,r=abc', BINDING), 'downgraded')
  assert.equal(outcomeOf('SCRAM-SHA-256', 'y,,n=user,r=abc'), 'lookup')
  assert.equal(outcomeOf('SCRAM-SHA-256', 'n,,n=user,r=abc', BINDING), 'lookup')
  // Somebody in between takes the -PLUS forms out of the list.
  const client = clientOf('SCRAM-SHA-256', { bindings: BINDING })
  assert.deepEqual(await converse('SCRAM-SHA-256', client, await verifierOf('sha256'), { bindings: BINDING }), {
    type: 'failed',
    reason: 'downgraded',
  })
})

test('[SC6] a proof is worth nothing on another connection', async () => {
  const client = clientOf('SCRAM-SHA-256-PLUS', { bindings: new Map([['tls-exporter', new Uint8Array(32)]]) })
  assert.deepEqual(await converse('SCRAM-SHA-256-PLUS', client, await verifierOf('sha256'), { bindings: BINDING }), {
    type: 'failed',
    reason: 'wrong-binding',
  })
  assert.equal(outcomeOf('SCRAM-SHA-256-PLUS', 'p=tls-unique,,n=user,r=abc', BINDING), 'unknown-binding')
  assert.equal(outcomeOf('SCRAM-SHA-256-PLUS', 'p=tls-exporter,,n=user,r=abc'), 'unknown-binding')
  for (const flag of ['n', 'y']) assert.equal(outcomeOf('SCRAM-SHA-1-PLUS', `${flag},,n=user,r=abc`, BINDING), 'malformed')
  assert.equal(outcomeOf('SCRAM-SHA-1', 'p=tls-exporter,,n=user,r=abc', BINDING), 'malformed')
})

test('[SC7] first messages of another shape are refused', () => {
  const wrong = [
    '',
    'n,,',
    'n,n=user,r=abc',
    'n,,n=,r=abc',
    'n,,n=user',
    'n,,n=user,r=',
    'n,,r=abc,n=user',
    'n,,m=x,n=user,r=abc',
    'n,,n=us=er,r=abc',
    'n,,n=us=2cer,r=abc',
    'n,,n=user,r=a c',
    'n,,n=user,r=abc,',
    'n,,n=user,r=abc,x',
    'z,,n=user,r=abc',
    'n,x=user,n=user,r=abc',
    `n,,n=user,r=${'a'.repeat(5000)}`,
  ]
  for (const message of wrong) assert.equal(outcomeOf('SCRAM-SHA-256', message), 'malformed', message.slice(0, 40))
  assert.equal(outcomeOf('SCRAM-SHA-256', 'n,,n=us\ner,r=abc'), 'forbidden-character')
  assert.equal(outcomeOf('SCRAM-SHA-256', `n,,n=${'u'.repeat(2000)},r=abc`), 'too-long')
  assert.equal(startServerExchange('SCRAM-SHA-256', Uint8Array.of(0x6e, 0x2c, 0xff), START).type, 'failed')
})

test('[SC7] names are written with =2C and =3D, and one may act for oneself', () => {
  const step = startServerExchange('SCRAM-SHA-256', bytes('n,a=b=3Dc,n=a=2Cb=3D2C,r=abc,x=more'), START)
  assert.deepEqual(step.type === 'lookup' && [step.authorize, step.name, step.hash], ['b=c', 'a,b=2C', 'sha256'])
  const own = startServerExchange('SCRAM-SHA-1', bytes('n,a=user,n=user,r=abc'), START)
  assert.deepEqual(own.type === 'lookup' && [own.authorize, own.hash], [undefined, 'sha1'])
})

test('[SC8] the last word is the client’s, and it is empty', async () => {
  const verifier = await verifierOf('sha1')
  const loud: Tamper = (message, direction, n) => (direction === 'client' && n === 2 ? 'x' : message)
  assert.deepEqual(await converse('SCRAM-SHA-1', clientOf('SCRAM-SHA-1'), verifier, { tamper: loud }), {
    type: 'failed',
    reason: 'malformed',
  })
})

test('[SC9] our side gives up on a server that does not play by the rules', async () => {
  const say = async (make: (nonce: string) => string) => {
    const client = clientOf('SCRAM-SHA-1', { nonce: () => 'fyko+d2lbbFgONRv9qkxdawL' })
    return await client.respond(bytes(make('fyko+d2lbbFgONRv9qkxdawL')))
  }
  assert.deepEqual(await say((nonce) => `r=X${nonce},s=QSXCR+Q6sek8bf92,i=4096`), { ok: false, error: 'foreign-nonce' })
  assert.deepEqual(await say((nonce) => `r=${nonce},s=QSXCR+Q6sek8bf92,i=4096`), { ok: false, error: 'foreign-nonce' })
  for (const count of ['1', '4095', '010', '999999999', '4096.0', ''])
    assert.deepEqual(await say((nonce) => `r=${nonce}Y,s=QSXCR+Q6sek8bf92,i=${count}`), { ok: false, error: 'malformed' }, count)
  assert.deepEqual(await say((nonce) => `m=x,r=${nonce}Y,s=QSXCR+Q6sek8bf92,i=4096`), { ok: false, error: 'malformed' })
  assert.deepEqual(await say(() => 'e=other-error'), { ok: false, error: 'malformed' })
})

test('[SC9] a server that does not know the password is found out', async () => {
  for (const last of ['v=rmF9pqV8S7suAoZWja4dJRkFsKR=', 'v=rmF9pqV8S7suAoZWja4dJRkFsKA=', 'e=invalid-proof', '', 'v=']) {
    const client = clientOf('SCRAM-SHA-1', { nonce: () => 'fyko+d2lbbFgONRv9qkxdawL' })
    await client.respond(bytes('r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096'))
    assert.deepEqual(await client.respond(bytes(last)), { ok: false, error: 'unproved' })
    assert.equal(client.isServerProved, false)
  }
})

test('[SC10] our side takes the best form that is offered and can be had', () => {
  const me = { authorize: undefined, name: 'user', password: 'pencil' }
  const all = ['PLAIN', 'SCRAM-SHA-1', 'scram-sha-256', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256-PLUS']
  const options = { digests: nodeDigests, nonce, bindings: NO_BINDINGS }
  assert.equal(startScramClient(all, me, options)?.mechanism, 'SCRAM-SHA-256')
  assert.equal(startScramClient(all, me, { ...options, bindings: BINDING })?.mechanism, 'SCRAM-SHA-256-PLUS')
  assert.equal(startScramClient(['PLAIN', 'SCRAM-SHA-256-PLUS'], me, options), undefined)
  assert.equal(startScramClient(all, { ...me, password: 'a\u0007b' }, options), undefined)
  assert.match(
    text(startScramClient(all, { ...me, authorize: 'a,b=c' }, options)?.initial ?? bytes('')),
    /^n,a=a=2Cb=3Dc,n=user,r=/,
  )
})

test('[SC11] what is offered: the bound forms only where there is something to bind to', () => {
  assert.deepEqual(serverMechanisms(), ['PLAIN', 'LOGIN'])
  assert.deepEqual(serverMechanisms({ bindings: NO_BINDINGS }), ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN', 'LOGIN'])
  assert.deepEqual(serverMechanisms({ bindings: BINDING }).slice(0, 2), ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS'])
})

test('[SC12] passwords are prepared as RFC 4013 §3 shows', () => {
  assert.equal(prepare('I\u00adX'), 'IX')
  assert.equal(prepare('user'), 'user')
  assert.equal(prepare('USER'), 'USER')
  assert.equal(prepare('\u00aa'), 'a')
  assert.equal(prepare('\u2168'), 'IX')
  assert.equal(prepare('\u0007'), undefined)
  assert.equal(prepare('a\u00a0b\u3000c'), 'a b c')
  assert.equal(prepare('A\u030a'), '\u00c5')
  for (const text of ['', '\u00ad', '\u200e', '\ue000', '\ufffe', '\ud800', '\u{e0041}', 'a\u2028b', '\ufffd'])
    assert.equal(prepare(text), undefined, JSON.stringify(text))
  // Newer than SASLprep, and its rule about directions is not kept: neither changes an octet.
  assert.equal(prepare('\u{1f600}'), '\u{1f600}')
  assert.equal(prepare('\u06271'), '\u06271')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (written) => {
      const once = prepare(written)
      assert.equal(once === undefined ? undefined : prepare(once), once)
    }),
  )
})

test('[SC12] both ends prepare: the same password in another writing is right', async () => {
  const verifier = await verifierOf('sha256', 'Å\u00a0Ⅸ')
  const client = clientOf('SCRAM-SHA-256', { password: 'A\u030a IX' })
  assert.equal((await converse('SCRAM-SHA-256', client, verifier)).type, 'proved')
})

test('[SC13] what is kept is written as RFC 5803 has it, and read strictly', async () => {
  const verifier = await makeVerifier(nodeDigests, 'pencil', {
    hash: 'sha256',
    salt: unbase64('W22ZaJ0SNY7soEsUEjb6gQ=='),
    iterations: 4096,
  })
  assert.ok(verifier)
  const written = formatVerifier(verifier)
  assert.equal(
    written,
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  )
  assert.deepEqual(formatVerifier(parseVerifier(written) ?? verifier), written)
  for (const wrong of [written.replace('256', '1'), written.replace('4096', '10'), `${written}=`, written.slice(1), ''])
    assert.equal(parseVerifier(wrong), undefined, wrong)
  assert.equal(await makeVerifier(nodeDigests, 'a\u0007', { hash: 'sha1', salt: bytes('x'), iterations: 4096 }), undefined)
})

test('no message makes the server side throw', async () => {
  const verifier = await verifierOf('sha1')
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 60 }), { maxLength: 3 }), fc.string({ maxLength: 10 }), (messages, nonce) => {
      let step = startServerExchange('SCRAM-SHA-1', bytes(`n,,n=user,r=${nonce}`), START)
      for (const message of messages) {
        if (step.type === 'lookup') step = step.found(verifier)
        if (step.type === 'challenge') step = step.exchange.respond(bytes(message))
      }
      assert.notEqual(step.type, 'proved')
    }),
  )
})
