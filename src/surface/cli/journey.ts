// A journey on the terminal: the message, its recipients, and the line of time with every reply explained. Pure.

import type { Journey, JourneyRecipient, JourneyRow, TimelineEntry } from '../api/api.ts'
import { type Look, paint, paragraph, safe, table } from './terminal.ts'
import { dateOf, nextWords, relative, sizeOf, timeOfDay } from './times.ts'
import { ENTRY_TONES, replyCode, STATE_TONES, senderWords } from './words.ts'

const TEXT_LINES_MAX = 20 // Of one reply: hosts write essays.

/** What a drawing needs beside the journey. */
export interface Circumstances {
  readonly now: number
  /** A command to type, complete. */
  command(words: string): string
}

export function journeyText(look: Look, journey: Journey, around: Circumstances): string {
  const { now } = around
  const lines = [
    paint(look, 'strong', safe(journey.subject || '(no subject)')),
    ...facts(look, [
      ['From', senderWords(journey.from)],
      [
        'Taken',
        `${dateOf(journey.at)} ${timeOfDay(journey.at)} (${relative(journey.at, now)}), ${journey.source}${journey.peer ? ` ${journey.peer}` : ''}`,
      ],
      ['Size', sizeOf(journey.sizeBytes)],
      ['Message-ID', journey.messageId ?? '(none)'],
      ['Id', journey.id],
    ]),
    '',
    ...journey.recipients.flatMap((recipient) => recipientLines(look, recipient, now)),
    '',
    ...timeline(look, journey, around),
  ]
  return `${lines.join('\n')}\n`
}

function facts(look: Look, pairs: readonly (readonly [string, string])[]): readonly string[] {
  return pairs.map(([name, value]) => `${paint(look, 'quiet', name.padEnd(11))}${safe(value)}`)
}

function recipientLines(look: Look, recipient: JourneyRecipient, now: number): readonly string[] {
  const parts: string[] = []
  if (recipient.attempts > 0) parts.push(recipient.attempts === 1 ? '1 attempt' : `${recipient.attempts} attempts`)
  if (recipient.nextAttemptAt !== undefined)
    parts.push(
      recipient.restsUntil !== undefined && recipient.restsUntil > now
        ? `${recipient.destination} ${nextWords(recipient, now)}`
        : `next ${nextWords(recipient, now)}, at ${timeOfDay(Math.max(recipient.nextAttemptAt, now))}`,
    )
  else if (recipient.finishedAt !== undefined) parts.push(relative(recipient.finishedAt, now))
  const was =
    recipient.originalAddress && recipient.originalAddress !== recipient.address
      ? ` (was ${safe(recipient.originalAddress)})`
      : ''
  const state = paint(look, STATE_TONES[recipient.state], recipient.state.padEnd(9))
  return [
    `${paint(look, STATE_TONES[recipient.state], '●')} ${state} ${safe(recipient.address)}${was}${paint(look, 'quiet', parts.length > 0 ? `  ${parts.join(', ')}` : '')}`,
  ]
}

const TIME_COLUMN = '          ' // `hh:mm:ss  `

function timeline(look: Look, journey: Journey, around: Circumstances): readonly string[] {
  const lines: string[] = []
  let lastDate = ''
  for (const entry of journey.timeline) {
    const date = dateOf(entry.at)
    if (date !== lastDate) lines.push(`${TIME_COLUMN}${paint(look, 'quiet', `│ ${date}`)}`)
    lastDate = date
    lines.push(...entryLines(look, entry, { several: journey.recipients.length > 1, ...around }))
  }
  const waiting = journey.recipients.filter((recipient) => recipient.nextAttemptAt !== undefined)
  const next = waiting.sort((a, b) => (a.nextAttemptAt ?? 0) - (b.nextAttemptAt ?? 0))[0]
  if (next?.nextAttemptAt !== undefined) {
    const at = Math.max(next.nextAttemptAt, around.now)
    const why = next.restsUntil !== undefined && next.restsUntil > around.now ? `, when ${safe(next.destination)} has rested` : ''
    lines.push(
      `${paint(look, 'quiet', timeOfDay(at))}  ${paint(look, 'waiting', '○')} Next attempt ${relative(at, around.now)}${why}`,
    )
  }
  return lines
}

function entryLines(
  look: Look,
  entry: TimelineEntry,
  { several, command }: Circumstances & { readonly several: boolean },
): readonly string[] {
  const rail = `${TIME_COLUMN}${paint(look, 'quiet', '│')} `
  const narrow = { ...look, columns: look.columns - TIME_COLUMN.length - 2 }
  const body: string[] = []
  const say = (text: string, indent = ''): void => void body.push(...paragraph(narrow, indent, safe(text)))
  if (several && entry.recipient !== undefined) say(`for ${entry.recipient}`)
  if (entry.detail !== undefined) say(entry.detail)
  if (entry.host !== undefined && !entry.reply) say(`host ${entry.host}`)
  if (entry.reply) {
    const host = entry.reply.host ? ` from ${safe(entry.reply.host)}` : ''
    body.push(`${paint(look, ENTRY_TONES[entry.tone], replyCode(entry.reply))}${host}`)
    for (const line of entry.reply.text.split('\n', TEXT_LINES_MAX))
      if (line !== '') body.push(...paragraph(narrow, '  ', safe(line)).map((text) => paint(look, 'quiet', text)))
    if (entry.reply.meaning) say(entry.reply.meaning)
    if (entry.reply.advice) say(`→ ${entry.reply.advice}`)
  }
  if (entry.relatedId !== undefined) say(command(`trace ${entry.relatedId}`))
  const head = `${paint(look, 'quiet', timeOfDay(entry.at))}  ${paint(look, ENTRY_TONES[entry.tone], '●')} ${paint(look, 'strong', safe(entry.title))}`
  return [head, ...body.map((line) => rail + line)]
}

export function journeysText(look: Look, rows: readonly JourneyRow[], now: number): string {
  return table<JourneyRow>(
    look,
    [
      { title: 'ID', text: (row) => row.id },
      { title: 'TAKEN', text: (row) => relative(row.at, now) },
      { title: 'STATE', text: (row) => row.state, tone: (row) => STATE_TONES[row.state] },
      { title: 'FROM', text: (row) => senderWords(row.from), flexible: true },
      {
        title: 'TO',
        text: (row) => [row.to[0] ?? '', row.recipientCount > 1 ? `+${row.recipientCount - 1}` : ''].join(' ').trim(),
        flexible: true,
      },
      { title: 'SUBJECT', text: (row) => row.subject, flexible: true },
    ],
    rows,
  )
}
