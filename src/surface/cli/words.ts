// States in words and colours, as on the web page.

import type { RecipientState, Reply, TimelineEntry } from '../api/api.ts'
import type { Tone } from './terminal.ts'

export const STATE_TONES: Readonly<Record<RecipientState, Tone>> = {
  delivered: 'good',
  waiting: 'waiting',
  sending: 'accent',
  held: 'held',
  returned: 'bad',
  expired: 'bad',
  dropped: 'quiet',
}

export const ENTRY_TONES: Readonly<Record<TimelineEntry['tone'], Tone>> = {
  neutral: 'accent',
  good: 'good',
  waiting: 'waiting',
  bad: 'bad',
  held: 'held',
}

export function senderWords(from: string): string {
  return from || '<>'
}

/** In one line. Where no reply came, the text says so itself. */
export function replyLine(reply: Reply): string {
  return reply.code ? `${replyCode(reply)} ${reply.text}` : reply.text
}

export function replyCode(reply: Reply): string {
  return reply.code ? [String(reply.code), reply.enhanced].filter(Boolean).join(' ') : 'no reply'
}
