// Commands about the queue, and the one that follows a message.

import { parseDuration } from '../../ground/durations.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { parseAddress } from '../../mail/message/message.ts'
import type { Journey, QueueAction, QueueChanged, QueueFilter, QueueRow } from '../api/api.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { journeysText, journeyText } from './journey.ts'
import type { Session } from './session.ts'
import { paragraph, table } from './terminal.ts'
import { nextWords, relative, sizeOf } from './times.ts'
import { replyLine, STATE_TONES, senderWords } from './words.ts'

export async function queueList(session: Session): Promise<ExitCode> {
  const filter = filterOf(session)
  const page = pageOf(session)
  if (!filter.ok) return filter.error
  if (!page.ok) return page.error
  return session.ask(async (operations) =>
    session.conclude(await operations.queue({ ...filter.value, ...page.value }), ({ rows, next }) =>
      rows.length === 0 ? 'Nothing waits.\n' : queueTable(session, rows) + nextPage(session, next),
    ),
  )
}

function queueTable(session: Session, rows: readonly QueueRow[]): string {
  const now = session.io.now()
  return table<QueueRow>(
    session.look,
    [
      { title: 'ID', text: (row) => row.id },
      { title: 'AGE', text: (row) => relative(row.receivedAt, now).replace(/ ago$/, ''), align: 'right' },
      { title: 'SIZE', text: (row) => sizeOf(row.sizeBytes), align: 'right' },
      { title: 'STATE', text: (row) => row.state, tone: (row) => STATE_TONES[row.state] },
      { title: 'NEXT', text: (row) => nextWords(row, now) },
      { title: 'FROM', text: (row) => senderWords(row.from), flexible: true },
      { title: 'TO', text: (row) => row.to, flexible: true },
      {
        title: 'LAST REPLY',
        text: (row) => (row.lastReply ? replyLine(row.lastReply) : '-'),
        flexible: true,
      },
    ],
    rows,
  )
}

function nextPage(session: Session, next: string | undefined): string {
  return next === undefined ? '' : `\nMore: ${session.command(`${session.parsed.command.name} --before ${next}`)}\n`
}

export function queueShow(session: Session): Promise<ExitCode> {
  return session.ask(async (operations) =>
    session.conclude(await operations.journey(session.argument(0) ?? ''), showJourney(session)),
  )
}

const DONE_WORDS: Readonly<Record<QueueAction, string>> = {
  retry: 'will be tried now',
  hold: 'held',
  release: 'released',
  drop: 'dropped',
}

export async function queueChange(session: Session, action: QueueAction): Promise<ExitCode> {
  const filter = filterOf(session)
  if (!filter.ok) return filter.error
  const id = session.argument(0)
  const filtered = Object.keys(filter.value).length > 0
  if (id === undefined && !filtered && !session.has('all')) {
    return session.usage(
      'Which messages?',
      `Name one (${session.command(`queue ${action} ID`)}), give a filter such as --destination DOMAIN, or --all.`,
    )
  }
  // One message and filters: the recipients of that message which match; `--to` is the one that makes sense.
  const { to, ...others } = filter.value
  if (id !== undefined && Object.keys(others).length > 0) return session.usage('With an ID only --to may be given.')
  const change =
    id === undefined ? { action, filter: filter.value } : { action, id, ...(to === undefined ? {} : { recipient: to }) }
  if (action === 'drop') {
    const many =
      id === undefined && session.io.inputIsTerminal && !session.has('yes') ? await howMany(session, filter.value) : ok('')
    if (!many.ok) return many.error
    if (!(await session.sure(`Forget ${many.value}without telling the senders?`)))
      return session.usage('Nothing was dropped: nobody said yes.', 'Answer y, or give --yes.')
  }
  return session.ask(async (operations) =>
    session.conclude(await operations.changeQueue(change), (outcome) => changedWords(session, action, outcome)),
  )
}

const COUNTED_MAX = 500

/** `12 recipients `, for the question before they go. */
async function howMany(session: Session, filter: QueueFilter): Promise<Result<string, ExitCode>> {
  let words = ''
  const code = await session.ask(async (operations) => {
    const found = await operations.queue({ ...filter, limit: COUNTED_MAX })
    if (!found.ok) return session.fail(found.error)
    const count = found.value.rows.filter(({ state }) => state !== 'sending').length
    words = `${found.value.next === undefined ? '' : 'more than '}${count === 1 ? '1 recipient' : `${count} recipients`} `
    return EXIT.ok
  })
  return code === EXIT.ok ? ok(words) : err(code)
}

function changedWords(session: Session, action: QueueAction, { changed, held, sending }: QueueChanged): string {
  const lines = [`${changed > 0 ? '✓ ' : ''}${changed === 1 ? '1 recipient' : `${changed} recipients`} ${DONE_WORDS[action]}.`]
  if (held > 0) {
    const release = session.command('queue release')
    lines.push(
      ...paragraph(
        session.look,
        '  ',
        `${held === 1 ? '1 is' : `${held} are`} held: "${release}" comes first, and has it tried.`,
      ),
    )
  }
  if (sending > 0)
    lines.push(`  ${sending === 1 ? '1 is' : `${sending} are`} being sent at this moment: ask again when that is over.`)
  return `${lines.join('\n')}\n`
}

export async function trace(session: Session): Promise<ExitCode> {
  const page = pageOf(session)
  if (!page.ok) return page.error
  const what = session.argument(0)
  const asked = session.has('latest') ? { ...page.value, limit: 1 } : page.value
  return session.ask(async (operations) => {
    const found = await operations.journeys({ ...asked, ...(what === undefined ? {} : { q: what }) })
    if (!found.ok) return session.fail(found.error)
    const { rows, next } = found.value
    const [first] = rows
    if (first === undefined) return nothing(session, what)
    const alone = rows.length === 1 && (what !== undefined || session.has('latest')) && !session.has('before')
    if (alone) return session.conclude(await operations.journey(first.id), showJourney(session))
    return session.answer(
      found.value,
      () =>
        `${journeysText(session.look, rows, session.io.now())}\nOne of them: ${session.command('trace ID')}\n${nextPage(session, next).trimStart()}`,
    )
  })
}

function nothing(session: Session, what: string | undefined): ExitCode {
  if (what === undefined)
    return session.answer({ rows: [] }, () => `No messages yet. "${session.command('send')}" sends the first.\n`)
  session.fail({
    code: 'not-found',
    message: `No message has "${what}" as sender, recipient, Message-ID or id.`,
    next: 'Addresses are found whole. "posthorn trace" alone shows the latest messages.',
  })
  return EXIT.notFound
}

function showJourney(session: Session): (journey: Journey) => string {
  return (journey) => journeyText(session.look, journey, { now: session.io.now(), command: (words) => session.command(words) })
}

function filterOf(session: Session): Result<QueueFilter, ExitCode> {
  const older = session.option('older-than')
  const olderThan = older === undefined ? undefined : parseDuration(older)
  if (olderThan && !olderThan.ok) return err(session.usage(`--older-than: ${olderThan.error}.`))
  const state = session.option('state') as QueueFilter['state']
  const [destination, from, to] = [session.option('destination'), session.option('from'), session.option('to')]
  for (const [name, address] of [
    ['from', from === '<>' ? undefined : from],
    ['to', to],
  ] as const) {
    const parsed = address === undefined ? undefined : parseAddress(address)
    if (parsed && !parsed.ok) return err(session.usage(`--${name}: "${address}" is no mail address: ${parsed.error}.`))
  }
  return ok({
    ...(destination === undefined ? {} : { destination }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(state === undefined ? {} : { state }),
    ...(olderThan ? { olderThanMs: olderThan.value } : {}),
  })
}

function pageOf(session: Session): Result<{ limit: number; before?: string }, ExitCode> {
  const limit = Number(session.option('limit') ?? 50)
  if (!Number.isInteger(limit) || limit < 1 || limit > 500) return err(session.usage('--limit is a whole number from 1 to 500.'))
  const before = session.option('before')
  return ok({ limit, ...(before === undefined ? {} : { before }) })
}
