// PLAIN and LOGIN from both ends, and the lines they travel in.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FIELD_OCTETS_MAX } from './limits.ts'
import {
  type Credentials,
  decodeBase64,
  decodeResponseLine,
  encodeBase64,
  isServerMechanism,
  type ServerStep,
  startClientExchange,
  startServerExchange,
} from './sasl.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)

/** Answers each challenge in turn. */
function exchange(mechanism: 'PLAIN' | 'LOGIN', initial: string | undefined, ...responses: string[]): ServerStep {
  let step = startServerExchange(mechanism, initial === undefined ? undefined : bytes(initial))
  for (const response of responses) {
    assert.equal(step.type, 'challenge')
    if (step.type === 'challenge') step = step.exchange.respond(bytes(response))
  }
  return step
}

function credentials(name: string, password: string, authorize?: string): ServerStep {
  return { type: 'credentials', credentials: { authorize, name, password } }
}

test('PLAIN with an initial response, and asked for', () => {
  assert.deepEqual(exchange('PLAIN', '\0bob\0secret'), credentials('bob', 'secret'))
  assert.deepEqual(exchange('PLAIN', undefined, '\0bob\0secret'), credentials('bob', 'secret'))
  assert.deepEqual(exchange('PLAIN', 'alice\0bob\0secret'), credentials('bob', 'secret', 'alice'))
  assert.deepEqual(exchange('PLAIN', 'bob\0bob\0secret'), credentials('bob', 'secret'), 'acting for oneself is no wish')
  assert.deepEqual(exchange('PLAIN', '\0ä@b.example\0gehéim wörd'), credentials('ä@b.example', 'gehéim wörd'))
})

test('LOGIN: two prompts, or the name at once', () => {
  assert.deepEqual(exchange('LOGIN', undefined, 'bob', 'secret'), credentials('bob', 'secret'))
  assert.deepEqual(exchange('LOGIN', 'bob', 'secret'), credentials('bob', 'secret'))
  assert.deepEqual(exchange('LOGIN', '', 'bob', 'secret'), credentials('bob', 'secret'))
  const first = startServerExchange('LOGIN', undefined)
  assert.equal(first.type === 'challenge' && Buffer.from(first.bytes).toString(), 'Username:')
  const second = startServerExchange('LOGIN', bytes('bob'))
  assert.equal(second.type === 'challenge' && Buffer.from(second.bytes).toString(), 'Password:')
})

test('PLAIN of another shape is refused', () => {
  for (const message of ['', '\0', 'bob', 'bob\0secret', '\0bob\0secret\0', 'a\0b\0c\0d'])
    assert.deepEqual(exchange('PLAIN', message), { type: 'failed', reason: 'malformed' }, JSON.stringify(message))
  assert.deepEqual(exchange('PLAIN', '\0\0secret'), { type: 'failed', reason: 'empty-name' })
  assert.deepEqual(exchange('PLAIN', '\0bob\0'), { type: 'failed', reason: 'empty-password' })
  assert.deepEqual(exchange('LOGIN', undefined, '', 'x'), { type: 'failed', reason: 'empty-name' })
  assert.deepEqual(exchange('LOGIN', undefined, 'x', ''), { type: 'failed', reason: 'empty-password' })
})

test('[trap 48] control characters in names and passwords are refused', () => {
  for (const name of ['b\rob', 'b\nob', 'b\tob', 'b\x7fob', 'b\u0085ob', 'b\u2028ob']) {
    assert.deepEqual(
      exchange('PLAIN', `\0${name}\0secret`),
      { type: 'failed', reason: 'forbidden-character' },
      JSON.stringify(name),
    )
    assert.deepEqual(exchange('PLAIN', `${name}\0bob\0secret`), { type: 'failed', reason: 'forbidden-character' })
    assert.deepEqual(exchange('LOGIN', name, 'secret'), { type: 'failed', reason: 'forbidden-character' })
  }
  assert.deepEqual(exchange('LOGIN', 'b\0ob', 'secret'), { type: 'failed', reason: 'forbidden-character' })
  assert.deepEqual(exchange('LOGIN', 'bob', 'sec\0ret'), { type: 'failed', reason: 'forbidden-character' })
})

test('fields are bounded and must be UTF-8', () => {
  assert.equal(exchange('PLAIN', `\0${'b'.repeat(FIELD_OCTETS_MAX)}\0x`).type, 'credentials')
  assert.deepEqual(exchange('PLAIN', `\0${'b'.repeat(FIELD_OCTETS_MAX + 1)}\0x`), { type: 'failed', reason: 'too-long' })
  assert.deepEqual(startServerExchange('PLAIN', Uint8Array.of(0, 0xff, 0, 65)), { type: 'failed', reason: 'not-utf8' })
})

test('a byte order mark is part of a name, not dropped', () => {
  assert.deepEqual(exchange('PLAIN', '\0\ufeffbob\0x'), credentials('\ufeffbob', 'x'))
})

test('base64 is strict', () => {
  for (const text of ['', 'AA==', 'AAA=', 'AAAA', 'ab+/']) assert.equal(encodeBase64(decodeBase64(text) ?? bytes('?')), text)
  for (const text of ['A', 'AA', 'AAA', 'A===', '=AAA', 'AA=A', 'AA==AA==', 'AA==\n', ' AAAA', 'AA-_', 'AAAA=', 'ä'])
    assert.equal(decodeBase64(text), undefined, JSON.stringify(text))
})

test('lines of an exchange', () => {
  assert.deepEqual(decodeResponseLine('*'), { type: 'cancelled' })
  assert.deepEqual(decodeResponseLine('='), { type: 'response', bytes: new Uint8Array() })
  assert.deepEqual(decodeResponseLine(''), { type: 'response', bytes: Buffer.alloc(0) })
  assert.deepEqual(decodeResponseLine('Ym9i'), { type: 'response', bytes: Buffer.from('bob') })
  for (const line of ['**', '* ', 'Ym9', '?']) assert.deepEqual(decodeResponseLine(line), { type: 'bad-base64' }, line)
})

test('mechanism names', () => {
  assert.equal(isServerMechanism('PLAIN'), true)
  for (const name of ['plain', 'CRAM-MD5', '__proto__', '']) assert.equal(isServerMechanism(name), false)
})

test('our side takes the best mechanism that can say what must be said', () => {
  const me: Credentials = { authorize: undefined, name: 'bob', password: 'secret' }
  assert.equal(startClientExchange(['LOGIN', 'PLAIN'], me)?.mechanism, 'PLAIN')
  assert.equal(startClientExchange(['login'], me)?.mechanism, 'LOGIN')
  assert.equal(startClientExchange(['CRAM-MD5'], me), undefined)
  assert.equal(startClientExchange(['LOGIN'], { ...me, authorize: 'alice' }), undefined)
  assert.throws(() => startClientExchange(['PLAIN'], { ...me, name: 'b\0b' }))
})

test('our side answers no more than the mechanism has', () => {
  const me: Credentials = { authorize: undefined, name: 'bob', password: 'secret' }
  const login = startClientExchange(['LOGIN'], me)
  assert.deepEqual(
    [
      login?.initial,
      Buffer.from(login?.respond(bytes('User')) ?? []).toString(),
      Buffer.from(login?.respond(bytes('Pass')) ?? []).toString(),
      login?.respond(bytes('More')),
    ],
    [undefined, 'bob', 'secret', undefined],
  )
  const plain = startClientExchange(['PLAIN'], me)
  assert.equal(plain?.respond(bytes('')), plain?.initial)
  assert.equal(plain?.respond(bytes('')), undefined)
})

test('both ends understand each other', () => {
  const field = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .filter((text) => text.isWellFormed() && !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text))
  fc.assert(
    fc.property(field, field, fc.constantFrom('PLAIN', 'LOGIN'), (name, password, mechanism) => {
      const client = startClientExchange([mechanism], { authorize: undefined, name, password })
      assert.ok(client && isServerMechanism(mechanism))
      let step = startServerExchange(mechanism, client.initial)
      while (step.type === 'challenge') step = step.exchange.respond(client.respond(step.bytes) ?? bytes(''))
      assert.deepEqual(step, credentials(name, password))
    }),
  )
})

test('no response makes the server side throw', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('PLAIN' as const, 'LOGIN' as const),
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }),
      (mechanism, responses) => {
        let step = startServerExchange(mechanism, responses[0])
        for (const response of responses) if (step.type === 'challenge') step = step.exchange.respond(response)
        assert.ok(['challenge', 'credentials', 'failed'].includes(step.type))
      },
    ),
  )
})
