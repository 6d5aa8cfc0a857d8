// Textual IP addresses: which family, whether two are the same, whether one can only mean this machine.

import { isIP } from 'node:net'

export type AddressFamily = 4 | 6

export function addressFamily(text: string): AddressFamily | undefined {
  const family = isIP(text)
  return family === 4 || family === 6 ? family : undefined
}

/** One spelling per address: IPv6 in full, IPv4-mapped IPv6 as IPv4. What is no address comes back as it was. */
export function canonicalAddress(text: string): string {
  if (addressFamily(text) !== 6) return text
  const groups = expand((text.split('%')[0] ?? text).toLowerCase())
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (mapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join('.')
  return groups.map((group) => group.toString(16)).join(':')
}

/** Loopback and "this host" (RFC 6890 §2.2.2, §2.2.3): a connection to it ends where it began. */
export function meansThisMachine(address: string): boolean {
  const canonical = canonicalAddress(address)
  return (
    canonical.startsWith('127.') ||
    canonical.startsWith('0.') ||
    canonical === '0:0:0:0:0:0:0:1' ||
    canonical === '0:0:0:0:0:0:0:0'
  )
}

/** `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3); undefined for what is no literal of either. */
export function literalAddress(domain: string): string | undefined {
  if (!domain.startsWith('[') || !domain.endsWith(']')) return undefined
  const inside = domain.slice(1, -1)
  const address = /^ipv6:/i.test(inside) ? inside.slice(5) : inside
  return addressFamily(address) === (address === inside ? 4 : 6) ? address : undefined
}

/** A valid IPv6 text's eight groups. */
function expand(text: string): number[] {
  const dotted = text.lastIndexOf('.') > 0 ? text.slice(text.lastIndexOf(':') + 1) : ''
  const plain = dotted === '' ? text : text.slice(0, -dotted.length) + hexadecimal(dotted)
  const [head = '', tail] = plain.split('::')
  const front = groupsOf(head)
  if (tail === undefined) return front
  const back = groupsOf(tail)
  return [...front, ...new Array<number>(Math.max(0, 8 - front.length - back.length)).fill(0), ...back]
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
}

function hexadecimal(dotted: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number)
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}
