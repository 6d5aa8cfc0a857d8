// A DNS server of the test's own on loopback: answers from a literal zone, over UDP.

import { createSocket } from 'node:dgram'
import { isIPv4 } from 'node:net'

export interface Records {
  /** Preference and host; `[0, '.']` is a null MX. */
  readonly mx?: readonly (readonly [number, string])[]
  readonly a?: readonly string[]
  readonly aaaa?: readonly string[]
}

/** By lower-case name; what is not in it does not exist. */
export type Zone = Readonly<Record<string, Records | 'servfail'>>

export interface Dns {
  /** As `dns.servers` wants it. */
  readonly address: string
  /** Names and types asked for, in order: `MX example.test`. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

const TYPES: ReadonlyMap<number, keyof Records> = new Map([
  [1, 'a'],
  [15, 'mx'],
  [28, 'aaaa'],
])
const NO_ERROR = 0
const SERVFAIL = 2
const NXDOMAIN = 3
const HEADER_OCTETS = 12

export function openDns(zone: Zone): Promise<Dns> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (query, from) => {
    const question = readQuestion(query)
    asked.push(`${TYPES.get(question.type)?.toUpperCase() ?? question.type} ${question.name}`)
    socket.send(answer(query, question, zone), from.port, from.address)
  })
  return new Promise((resolve) =>
    socket.bind(0, '127.0.0.1', () =>
      resolve({
        address: `127.0.0.1:${socket.address().port}`,
        asked,
        close: () => new Promise((closed) => socket.close(closed)),
      }),
    ),
  )
}

interface Question {
  readonly name: string
  readonly type: number
  /** Octet after it. */
  readonly end: number
}

function readQuestion(query: Buffer): Question {
  const labels: string[] = []
  let at = HEADER_OCTETS
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 }
}

function answer(query: Buffer, { name, type, end }: Question, zone: Zone): Buffer {
  const found = Object.hasOwn(zone, name) ? zone[name] : undefined
  const code = found === undefined ? NXDOMAIN : found === 'servfail' ? SERVFAIL : NO_ERROR
  const kind = TYPES.get(type)
  const values = typeof found === 'object' && kind ? (found[kind] ?? []).map(dataOf) : []
  const header = Buffer.alloc(HEADER_OCTETS)
  header.writeUInt16BE(query.readUInt16BE(0), 0)
  header.writeUInt16BE(0x8580 | code, 2) // an answer, authoritative, recursion asked for and available
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(values.length, 6)
  return Buffer.concat([header, query.subarray(HEADER_OCTETS, end), ...values.map((data) => record(type, data))])
}

function record(type: number, data: Buffer): Buffer {
  const start = Buffer.alloc(12)
  start.writeUInt16BE(0xc000 | HEADER_OCTETS, 0) // the name of the question
  start.writeUInt16BE(type, 2)
  start.writeUInt16BE(1, 4)
  start.writeUInt32BE(60, 6)
  start.writeUInt16BE(data.length, 10)
  return Buffer.concat([start, data])
}

function dataOf(value: string | readonly [number, string]): Buffer {
  if (typeof value !== 'string') {
    const preference = Buffer.alloc(2)
    preference.writeUInt16BE(value[0])
    return Buffer.concat([preference, nameOf(value[1])])
  }
  if (isIPv4(value)) return Buffer.from(value.split('.').map(Number))
  return sixteen(value)
}

function sixteen(address: string): Buffer {
  const [before = '', after = ''] = address.split('::')
  const groups = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  const [head, tail] = [groups(before), groups(after)]
  const all = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail]
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 255]))
}

function nameOf(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '')
  return Buffer.concat([
    ...labels.map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1')),
    Buffer.alloc(1),
  ])
}
