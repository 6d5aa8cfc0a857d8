// Punycode (RFC 3492): how a label outside ASCII is written in letters, digits and hyphens. Without the `xn--`.

import { LABEL_OCTETS_MAX } from './limits.ts'

const BASE = 36
const T_MIN = 1
const T_MAX = 26
const SKEW = 38
const DAMP = 700
const INITIAL_BIAS = 72
const INITIAL_N = 128
const DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** The encoded label, or nothing when it would be longer than a label may be. */
export function encodePunycode(label: string): string | undefined {
  const points = Array.from(label, (character) => character.codePointAt(0) ?? 0)
  if (points.length > LABEL_OCTETS_MAX) return undefined
  let output = label.replace(/[^\u0000-\u007f]/g, '')
  const basic = output.length
  let handled = basic
  if (basic > 0) output += '-'
  let n = INITIAL_N
  let delta = 0
  let bias = INITIAL_BIAS
  while (handled < points.length) {
    const next = points.reduce((least, point) => (point >= n && point < least ? point : least), Number.POSITIVE_INFINITY)
    delta += (next - n) * (handled + 1)
    n = next
    for (const point of points) {
      if (point < n) delta++
      if (point !== n) continue
      output += variableLength(delta, bias)
      if (output.length > LABEL_OCTETS_MAX) return undefined
      bias = adapt(delta, handled + 1, handled === basic)
      delta = 0
      handled++
    }
    delta++
    n++
  }
  return output
}

/** The label's text, or nothing when this is no Punycode. */
export function decodePunycode(encoded: string): string | undefined {
  if (encoded.length > LABEL_OCTETS_MAX || !/^[a-z0-9-]+$/i.test(encoded)) return undefined
  const hyphen = encoded.lastIndexOf('-')
  const points = Array.from(hyphen > 0 ? encoded.slice(0, hyphen) : '', (character) => character.charCodeAt(0))
  let n = INITIAL_N
  let bias = INITIAL_BIAS
  let i = 0
  let position = hyphen > 0 ? hyphen + 1 : 0
  while (position < encoded.length) {
    const integer = readInteger(encoded, position, bias)
    if (!integer) return undefined
    position = integer.next
    const count = points.length + 1
    i += integer.value
    bias = adapt(integer.value, count, points.length === Math.max(hyphen, 0))
    n += Math.floor(i / count)
    i %= count
    if (n > 0x10ffff || (n >= 0xd800 && n <= 0xdfff)) return undefined
    points.splice(i, 0, n)
    i++
  }
  return String.fromCodePoint(...points)
}

function threshold(k: number, bias: number): number {
  return Math.min(T_MAX, Math.max(T_MIN, k - bias))
}

function variableLength(delta: number, bias: number): string {
  let output = ''
  let rest = delta
  for (let k = BASE; ; k += BASE) {
    const t = threshold(k, bias)
    if (rest < t) return output + DIGITS.charAt(rest)
    output += DIGITS.charAt(t + ((rest - t) % (BASE - t)))
    rest = Math.floor((rest - t) / (BASE - t))
  }
}

// Numbers stay below 36^12 or so before the check stops them: exact in a double.
function readInteger(text: string, start: number, bias: number): { value: number; next: number } | undefined {
  let value = 0
  let weight = 1
  let k = BASE
  for (let position = start; position < text.length; position++, k += BASE) {
    const digit = DIGITS.indexOf(text.charAt(position).toLowerCase())
    if (digit < 0) return undefined
    value += digit * weight
    if (value > 0x7fffffff) return undefined
    const t = threshold(k, bias)
    if (digit < t) return { value, next: position + 1 }
    weight *= BASE - t
  }
  return undefined
}

function adapt(delta: number, count: number, first: boolean): number {
  let rest = first ? Math.floor(delta / DAMP) : Math.floor(delta / 2)
  rest += Math.floor(rest / count)
  let k = 0
  for (; rest > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) rest = Math.floor(rest / (BASE - T_MIN))
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW))
}
