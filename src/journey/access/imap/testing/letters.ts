// Letters of which everything that a search may ask is known without reading them, and the plainest way to answer it.

import type { SearchKey } from '../../../../mail/protocol/imap/imap.ts'

export interface Letter {
  readonly flags: readonly string[]
  /** Of its arrival, and where. */
  readonly date: { readonly day: number; readonly time: string; readonly zone: string }
  /** Name, what is written, what it means. */
  readonly fields: readonly (readonly [name: string, written: string, meant: string])[]
  readonly sentDay: number | undefined
  /** The texts of its parts as people read them, and the lines of their headers. */
  readonly texts: readonly string[]
  readonly source: Buffer
}

const DAY_MS = 86_400_000
export const FIRST_DAY = 19_723 // 2024-01-01
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `1-Jan-2024` */
export function dateText(day: number): string {
  const date = new Date(day * DAY_MS)
  return `${date.getUTCDate()}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()}`
}

const SUBJECTS = [
  ['plans for the garden', 'plans for the garden'],
  ['Re:  PLANS\r\n for the garden', 'Re: PLANS for the garden'],
  ['=?utf-8?B?R3LDvMOfZSBhdXM=?= =?iso-8859-1?Q?_M=FCnchen?=', 'Grüße aus München'],
  ['=?koi8-r?B?8NLJ18XU?=', 'Привет'],
  ['', ''],
] as const

const PEOPLE = [
  ['Ann Example <ann@example.org>', 'Ann Example <ann@example.org>'],
  ['=?utf-8?Q?J=C3=B6rg?= <joerg@example.net>', 'Jörg <joerg@example.net>'],
  ['<list@example.com>', '<list@example.com>'],
] as const

const BODIES: readonly { readonly type: string; readonly encoding: string; readonly written: Buffer; readonly meant: string }[] =
  [
    body('text/plain', '7bit', 'The garden needs water\r\nbefore Monday.\r\n'),
    body('text/plain; charset=utf-8', 'base64', 'Viele Grüße aus München, bis Montag\r\n'),
    {
      type: 'text/plain; charset=iso-8859-1',
      encoding: 'quoted-printable',
      written: Buffer.from('viele gr=FC=DFe, wasser=\r\nhahn\r\n'),
      meant: 'viele grüße, wasserhahn\r\n',
    },
    {
      type: 'text/html; charset=utf-8',
      encoding: '8bit',
      written: Buffer.from('<html><style>p { color: garden }</style><p title="Monday">Caf&eacute; at <b>noon</b></p></html>\r\n'),
      meant: '\nCafé at noon\n\r\n',
    },
  ]

function body(type: string, encoding: string, text: string) {
  const written = encoding === 'base64' ? Buffer.from(`${Buffer.from(text).toString('base64')}\r\n`) : Buffer.from(text)
  return { type, encoding, written, meant: text }
}

/** A letter for each number; all of them differ. */
export function letter(n: number): Letter {
  const at = <T>(list: readonly T[], step: number): T => list[Math.floor(n / step) % list.length] as T
  const [subject, subjectMeant] = at(SUBJECTS, 1)
  const [from, fromMeant] = at(PEOPLE, 1)
  const [to, toMeant] = at(PEOPLE, 2)
  const text = at(BODIES, 1)
  const attached = n % 5 === 3 ? at(BODIES, 3) : undefined
  const sentDay = n % 7 === 6 ? undefined : FIRST_DAY + (n % 10)
  const fields: [string, string, string][] = [
    ['Delivered-To', 'ann@example.org', 'ann@example.org'],
    ['From', from, fromMeant],
    ['To', to, toMeant],
    ['Subject', subject, subjectMeant],
    ['Message-ID', `<${n}.letter@example.org>`, `<${n}.letter@example.org>`],
    ['X-Number', `no. ${n}`, `no. ${n}`],
  ]
  if (n % 3 === 0) fields.push(['Cc', PEOPLE[1][0], PEOPLE[1][1]])
  if (n % 4 === 0) fields.push(['X-Empty', '', ''])
  // Late in the evening far west, or early in the morning far east: the day in Greenwich is another one.
  const written = `${sentDay === undefined ? '' : dateText(sentDay).replaceAll('-', ' ')} ${n % 2 ? '23:30:00 -0800' : '00:30:00 +0900'}`
  if (sentDay !== undefined) fields.push(['Date', written, written])
  const parts = attached ? [text, attached] : []
  const type = 'multipart/mixed; boundary="=_seam"'
  fields.push(...(attached ? [['Content-Type', type, type] as [string, string, string]] : mimeOf(text)))
  return {
    flags: [...(n % 2 ? ['\\Seen'] : []), ...(n % 3 ? [] : ['\\Flagged']), ...(n % 4 ? [] : ['Work'])],
    date: { day: FIRST_DAY + (n % 12), time: n % 2 ? '00:10:00' : '23:50:00', zone: n % 2 ? '+0500' : '-0500' },
    fields,
    sentDay,
    texts: [
      ...(attached ? [text.meant, attached.meant] : [text.meant]),
      ...parts.flatMap(mimeOf).map(([name, , meant]) => `${name}: ${meant}`),
    ],
    source: sourceOf(fields, text, attached),
  }
}

function mimeOf({ type, encoding }: (typeof BODIES)[number]): [string, string, string][] {
  return [
    ['Content-Type', type, type],
    ['Content-Transfer-Encoding', encoding, encoding],
  ]
}

function sourceOf(
  fields: Letter['fields'],
  text: (typeof BODIES)[number],
  attached: (typeof BODIES)[number] | undefined,
): Buffer {
  const lines = (some: Letter['fields']): string => `${some.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
  if (!attached) return Buffer.concat([Buffer.from(lines(fields)), text.written])
  const part = (one: (typeof BODIES)[number]): Buffer[] => [Buffer.from(`--=_seam\r\n${lines(mimeOf(one))}`), one.written, CRLF]
  return Buffer.concat([Buffer.from(lines(fields)), ...part(text), ...part(attached), Buffer.from('--=_seam--\r\n')])
}

const CRLF = Buffer.from('\r\n')

export interface Numbered {
  readonly letter: Letter
  readonly uid: number
  readonly sequence: number
  readonly modseq: number
}

/** Whether a letter is found, without any plan. What a letter of these cannot be asked is a mistake of the test. */
export function isFound(message: Numbered, key: SearchKey): boolean {
  const { letter } = message
  switch (key.type) {
    case 'all':
      return true
    case 'and':
      return key.keys.every((part) => isFound(message, part))
    case 'or':
      return isFound(message, key.left) || isFound(message, key.right)
    case 'not':
      return !isFound(message, key.key)
    case 'uid':
    case 'sequence': {
      const number = key.type === 'uid' ? message.uid : message.sequence
      if (key.set.type === 'saved') throw new Error('nothing is saved')
      return key.set.ranges.some(({ from, to }) => number >= Math.min(+from, +to) && number <= Math.max(+from, +to))
    }
    case 'flag':
      return letter.flags.includes(key.bit === 1 ? '\\Seen' : '\\Flagged') === key.present
    case 'keyword':
      return letter.flags.some((flag) => flag.toLowerCase() === key.keyword.toLowerCase()) === key.present
    case 'modseq':
      return message.modseq >= key.modseq
    case 'date': {
      const day = key.of === 'sent' ? letter.sentDay : letter.date.day
      if (day === undefined) return false
      return key.is === 'on' ? day === key.day : key.is === 'before' ? day < key.day : day >= key.day
    }
    case 'size':
      return key.is === 'larger' ? letter.source.length > key.octets : letter.source.length < key.octets
    case 'header':
      return letter.fields.some(([name, , meant]) => name.toLowerCase() === key.name && holds(meant, key.value))
    case 'body':
      return letter.texts.some((text) => holds(text, key.value))
    case 'text':
      return (
        letter.fields.some(([name, , meant]) => holds(`${name}: ${meant}`, key.value)) ||
        letter.texts.some((text) => holds(text, key.value))
      )
    default:
      throw new Error(`not of these letters: ${key.type}`)
  }
}

function holds(text: string, value: string): boolean {
  const plain = (one: string): string => one.replace(/\s+/g, ' ').toLowerCase()
  return plain(text).includes(plain(value))
}

/** The key as a client writes it. */
export function keyText(key: SearchKey): string {
  switch (key.type) {
    case 'all':
      return 'ALL'
    case 'and':
      return `(${key.keys.map(keyText).join(' ')})`
    case 'or':
      return `OR ${keyText(key.left)} ${keyText(key.right)}`
    case 'not':
      return `NOT ${keyText(key.key)}`
    case 'uid':
    case 'sequence': {
      const set = key.set.type === 'saved' ? '$' : key.set.ranges.map(({ from, to }) => `${from}:${to}`).join(',')
      return key.type === 'uid' ? `UID ${set}` : set
    }
    case 'flag':
      return `${key.present ? '' : 'UN'}${key.bit === 1 ? 'SEEN' : 'FLAGGED'}`
    case 'keyword':
      return `${key.present ? '' : 'UN'}KEYWORD ${key.keyword}`
    case 'modseq':
      return `MODSEQ ${key.modseq}`
    case 'date':
      return `${key.of === 'sent' ? 'SENT' : ''}${key.is.toUpperCase()} ${dateText(key.day)}`
    case 'size':
      return `${key.is.toUpperCase()} ${key.octets}`
    case 'header':
      return `HEADER ${key.name} "${key.value}"`
    case 'body':
    case 'text':
      return `${key.type.toUpperCase()} "${key.value}"`
    default:
      throw new Error(`not of these letters: ${key.type}`)
  }
}
