// What a person sees when the server is ready: addresses, people, and three lines to paste.

import type { Endpoint } from '../config/config.ts'
import type { DemoPerson } from './demo.ts'

export interface SummaryFacts {
  readonly endpoints: readonly Endpoint[]
  readonly web: string
  readonly domain: string | undefined
  readonly people: readonly DemoPerson[]
  readonly folder: string
  /** What a command needs to find the folder: ` --data DIR`, or nothing. */
  readonly placeWords: string
  readonly readyMs: number
  readonly version: string
}

export interface Look {
  readonly colour: boolean
}

const TITLES: Readonly<Record<Endpoint['role'], readonly [title: string, how: string]>> = {
  mx: ['MX', 'mail from other servers, STARTTLS'],
  submission: ['Submission', 'sending, STARTTLS, sign in'],
  submissions: ['Submissions', 'sending, TLS, sign in'],
  imap: ['IMAP', 'reading, STARTTLS'],
  imaps: ['IMAPS', 'reading, TLS'],
  pop3: ['POP3', 'fetching, STLS'],
  pop3s: ['POP3S', 'fetching, TLS'],
  http: ['Web', 'see what happens to each message'],
}

export function summary(facts: SummaryFacts, look: Look): string {
  const paint = painter(look)
  const lines = [
    '',
    `  ${paint.title('Posthorn')} ${paint.faint(`${facts.version}, ready in ${(facts.readyMs / 1000).toFixed(1)} s`)}`,
    '',
  ]
  for (const { role, host, port } of facts.endpoints) {
    const [title, how] = TITLES[role]
    const where = role === 'http' ? facts.web : `${host}:${port}`
    lines.push(`  ${title.padEnd(12)} ${paint.strong(where.padEnd(24))} ${paint.faint(how)}`)
  }
  lines.push('', ...peopleLines(facts, paint), ...tryLines(facts, paint))
  lines.push(`  ${paint.faint(`Everything is kept in ${facts.folder}. Ctrl-C stops the server.`)}`, '')
  return `${lines.join('\n')}\n`
}

function peopleLines({ people, domain, placeWords }: SummaryFacts, paint: Painter): string[] {
  if (people.length === 0)
    return domain === undefined ? [`  ${paint.faint(`No domain yet: posthorn domain add example.com${placeWords}`)}`, ''] : []
  const width = Math.max(...people.map((person) => person.address.length))
  return [
    ...people.map(
      ({ address, password }) =>
        `  ${paint.strong(address.padEnd(width))}  password ${password === undefined ? paint.faint('changed since the first start') : paint.strong(password)}`,
    ),
    '',
  ]
}

function tryLines({ endpoints, people }: SummaryFacts, paint: Painter): string[] {
  const [sender, reader] = people.filter(({ password }) => password !== undefined)
  const submission = endpoints.find((endpoint) => endpoint.role === 'submission')
  const pop3 = endpoints.find((endpoint) => endpoint.role === 'pop3')
  if (!sender || !reader || !submission || !pop3) return []
  const letter = `From: ${sender.address}\\nTo: ${reader.address}\\nSubject: Hello\\n\\nIt works.\\n`
  const server = `smtp://${submission.host}:${submission.port} --user ${sender.address}:${sender.password}`
  const send = `printf '${letter}' | curl -s --crlf ${server} --mail-from ${sender.address} --mail-rcpt ${reader.address} -T -`
  const pop = `curl -s pop3://${pop3.host}:${pop3.port}`
  const sign = `--user ${reader.address}:${reader.password}`
  return [
    `  ${paint.title('Try it')} ${paint.faint('send a message, list the mailbox, read it')}`,
    '',
    `  ${send}`,
    `  ${pop}/ ${sign}`,
    `  ${pop}/1 ${sign}`,
    '',
  ]
}

interface Painter {
  title(text: string): string
  strong(text: string): string
  faint(text: string): string
}

function painter({ colour }: Look): Painter {
  const wrap = (code: string) => (text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
  return { title: wrap('1;33'), strong: wrap('1'), faint: wrap('2') }
}

/** The one line for scripts. */
export function readyLine(facts: SummaryFacts, tlsOf: (role: Endpoint['role']) => string): string {
  const listeners = facts.endpoints.map(({ role, host, port }) => ({ role, host, port, tls: tlsOf(role) }))
  const people = facts.people.map(({ address, password }) => ({ address, password: password ?? null }))
  return `${JSON.stringify({ ready: true, web: facts.web, domain: facts.domain ?? null, listeners, people })}\n`
}
