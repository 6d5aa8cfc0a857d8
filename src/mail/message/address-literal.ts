// Address literals (RFC 5321 §4.1.3): `[192.0.2.1]` and `[IPv6:2001:db8::1]`, checked and brought to one spelling.

import { err, ok, type Result } from '../../ground/result.ts'

/** Reads a literal with its brackets. Of the tags only IPv6 is defined; a General-address-literal means nothing to anybody. */
export function parseAddressLiteral(text: string): Result<string, string> {
  if (!text.startsWith('[') || !text.endsWith(']')) return err('the address literal is not closed by "]"')
  const inner = text.slice(1, -1)
  if (/^ipv6:/i.test(inner)) {
    const groups = parseIpv6(inner.slice(5))
    return groups ? ok(`[IPv6:${formatIpv6(groups)}]`) : err('the address literal is no IPv6 address')
  }
  if (parseIpv4(inner)) return ok(`[${inner}]`)
  if (inner.includes(':')) return err('only IPv4 and "IPv6:" are known as address literals')
  return err('the address literal is no IPv4 address')
}

/** An IP address as sockets give it, written as a literal; an IPv4 address mapped into IPv6 becomes plain IPv4 again. */
export function formatAddressLiteral(ip: string): string | undefined {
  if (parseIpv4(ip)) return `[${ip}]`
  const zone = ip.indexOf('%')
  const groups = parseIpv6(zone < 0 ? ip : ip.slice(0, zone))
  if (!groups) return undefined
  return mappedIpv4(groups) ?? `[IPv6:${formatIpv6(groups)}]`
}

/** Four numbers, or nothing. Leading zeros are refused: some read them as octal. */
export function parseIpv4(text: string): readonly number[] | undefined {
  if (!/^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/.test(text)) return undefined
  const numbers = text.split('.').map(Number)
  return numbers.every((number) => number <= 255) ? numbers : undefined
}

/** Eight groups of 16 bits, or nothing (RFC 4291 §2.2; no zone). */
export function parseIpv6(text: string): readonly number[] | undefined {
  if (text.length > 45 || !/^[0-9a-fA-F:.]+$/.test(text)) return undefined
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = groupsOf(halves[0] ?? '', halves.length === 1)
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '', true) : []
  if (!head || !tail) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  return [...head, ...new Array<number>(missing).fill(0), ...tail]
}

/** The canonical text (RFC 5952): lower case, the longest run of two or more zero groups as `::`. */
export function formatIpv6(groups: readonly number[]): string {
  const run = longestZeroRun(groups)
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':')
  if (run.length < 2) return hex(groups)
  return `${hex(groups.slice(0, run.start))}::${hex(groups.slice(run.start + run.length))}`
}

// A dotted quad may close the address, and only there.
function groupsOf(text: string, last: boolean): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const pieces = text.split(':')
  for (const [index, piece] of pieces.entries()) {
    const quad = last && index === pieces.length - 1 ? parseIpv4(piece) : undefined
    if (quad) groups.push(((quad[0] ?? 0) << 8) | (quad[1] ?? 0), ((quad[2] ?? 0) << 8) | (quad[3] ?? 0))
    else if (/^[0-9a-fA-F]{1,4}$/.test(piece)) groups.push(Number.parseInt(piece, 16))
    else return undefined
  }
  return groups
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let length = 0
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0
    if (length > best.length) best = { start: index - length + 1, length }
  }
  return best
}

function mappedIpv4(groups: readonly number[]): string | undefined {
  if (groups.slice(0, 5).some((group) => group !== 0) || groups[5] !== 0xffff) return undefined
  const [high = 0, low = 0] = groups.slice(6)
  return `[${high >> 8}.${high & 255}.${low >> 8}.${low & 255}]`
}
