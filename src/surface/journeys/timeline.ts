// From events to sentences. One case per event of the catalogue; the compiler refuses a missing one. Pure.

import { unreachable } from '../../ground/assert.ts'
import type { Attempted, JourneyEvent, Received, RemoteReply, ReportSent, Source } from '../../store/events/events.ts'
import type { Reply, TimelineEntry } from '../api/api.ts'
import type { Explain, ToldEvent } from './journeys.ts'
import { replyOf } from './rows.ts'

interface Told {
  readonly tone: TimelineEntry['tone']
  readonly title: string
  readonly detail?: string | undefined
  readonly host?: string | undefined
  readonly reply?: Reply | undefined
  readonly relatedId?: string | undefined
}

/** Undefined for what only repeats another event. */
export function timelineEntry(told: ToldEvent, explain: Explain): TimelineEntry | undefined {
  const { recorded, attempt } = told
  const words = tell(recorded.event, recorded.recipient ?? undefined, explain)
  if (words === undefined) return undefined
  const host = words.host ?? attempt?.host
  const detail = [words.detail, attempt && recorded.event.type !== 'attempted' ? attemptWords(attempt) : undefined]
    .filter((part) => part)
    .join(' ')
  const transcript = attempt?.transcript ?? (recorded.event.type === 'attempted' ? recorded.event.transcript : undefined)
  return {
    id: String(recorded.id),
    at: recorded.at,
    type: recorded.event.type,
    tone: words.tone,
    title: words.title,
    ...(detail === '' ? {} : { detail }),
    ...(recorded.recipient === null ? {} : { recipient: recorded.recipient }),
    ...(host === undefined ? {} : { host }),
    ...(words.reply ? { reply: words.reply } : {}),
    ...(transcript && transcript.length > 0 ? { transcript: transcript.map((line) => ({ ...line })) } : {}),
    ...(words.relatedId === undefined ? {} : { relatedId: words.relatedId }),
  }
}

function tell(event: JourneyEvent, recipient: string | undefined, explain: Explain): Told | undefined {
  const domain = recipient?.split('@').at(-1) ?? 'the other side'
  switch (event.type) {
    case 'received':
      return { tone: 'neutral', title: receivedTitle(event), detail: receivedDetail(event), relatedId: event.about }
    case 'queued':
      return undefined // "Taken" has told it.
    case 'attempted':
      return {
        tone: 'neutral',
        title: `Attempt ${event.attempt} to reach ${domain}`,
        detail: attemptWords(event),
        host: event.host,
      }
    case 'deferred':
      return {
        tone: 'waiting',
        title: event.reply ? `${domain} asked us to come back later` : `${domain} could not be reached; it will be tried again`,
        detail: event.reply ? undefined : sentence(event.reason),
        host: event.host,
        reply: withHost(event.reply, event.host, explain),
      }
    case 'delivered':
      return event.to === 'mailbox'
        ? { tone: 'good', title: `Put into the mailbox of ${recipient ?? 'its owner'}` }
        : {
            tone: 'good',
            title: `Delivered to ${domain}`,
            detail: event.tls ? `Encrypted (${event.tls}).` : undefined,
            host: event.host,
            reply: withHost(event.reply, event.host, explain),
          }
    case 'bounced':
      return {
        tone: 'bad',
        title: event.reply ? `${domain} refused it for good` : 'It cannot be delivered',
        detail: event.reply ? undefined : sentence(event.reason),
        host: event.host,
        reply: withHost(event.reply, event.host, explain),
      }
    case 'expired':
      return {
        tone: 'bad',
        title: `Given up after ${event.attempts === 1 ? '1 attempt' : `${event.attempts} attempts`}`,
        detail: `Its time ran out. ${sentence(event.reason)}`,
      }
    default:
      return tellDecision(event)
  }
}

type Decision = Exclude<
  JourneyEvent,
  { type: 'received' | 'queued' | 'attempted' | 'deferred' | 'delivered' | 'bounced' | 'expired' }
>

function tellDecision(event: Decision): Told {
  switch (event.type) {
    case 'held':
      return {
        tone: 'held',
        title: `Held by ${event.by}`,
        detail: [event.reason && sentence(event.reason), 'It waits until someone releases it.'].filter(Boolean).join(' '),
      }
    case 'released':
      return { tone: 'neutral', title: `Released by ${event.by}` }
    case 'retried':
      return { tone: 'neutral', title: `${event.by} asked for an attempt now` }
    case 'dropped':
      return {
        tone: 'bad',
        title: `Dropped by ${event.by}`,
        detail: [event.reason && sentence(event.reason), 'The sender was not told.'].filter(Boolean).join(' '),
      }
    case 'delay-notified':
      return { tone: 'neutral', title: 'The sender was told that it takes longer', relatedId: event.reportId }
    case 'report-sent':
      return { tone: 'neutral', title: REPORT_TITLES[event.kind], relatedId: event.reportId }
    case 'report-suppressed':
      return { tone: 'neutral', title: 'Nobody was told, on purpose', detail: sentence(event.reason) }
    default:
      return unreachable(event)
  }
}

const REPORT_TITLES: Readonly<Record<ReportSent['kind'], string>> = {
  failed: 'The sender was told that it failed',
  delayed: 'The sender was told that it takes longer',
  relayed: 'The sender was told that it was handed on',
  delivered: 'The sender was told that it arrived',
  expanded: 'The sender was told that it went to a list',
}

const SOURCES: Readonly<Record<Source, string>> = {
  mx: 'It came from another mail server.',
  submission: 'A signed-in user sent it.',
  api: 'It came through the API.',
  report: 'A report about another message.',
  command: 'It was sent from the command line.',
}

function receivedTitle(event: Received): string {
  return event.source === 'report' ? 'Written by this server' : `Taken from ${event.reversePath || 'a mail server (a report)'}`
}

function receivedDetail(event: Received): string {
  const peer =
    event.peerAddress === undefined
      ? undefined
      : `From the address ${event.peerAddress}${event.helo === undefined ? '' : `, which called itself ${event.helo}`}.`
  const account = event.account === undefined ? undefined : `Signed in as ${event.account}.`
  const secured =
    event.peerAddress === undefined ? undefined : event.tls === undefined ? 'Not encrypted.' : `Encrypted (${event.tls}).`
  return [SOURCES[event.source], peer, account, secured].filter(Boolean).join(' ')
}

/** The title has said which attempt it was. */
function attemptWords({ address, tls, durationMs }: Attempted): string | undefined {
  const parts = [
    address === undefined ? undefined : `at ${address}`,
    tls === undefined ? undefined : `encrypted (${tls})`,
    durationMs === undefined ? undefined : `after ${(durationMs / 1000).toFixed(1)} s`,
  ]
  return sentence(parts.filter((part) => part !== undefined).join(', ')) || undefined
}

function withHost(reply: RemoteReply | undefined, host: string | undefined, explain: Explain): Reply | undefined {
  return reply && replyOf({ ...reply, ...(host === undefined ? {} : { host }) }, explain)
}

/** Reasons are phrases: `connection refused`. */
function sentence(text: string): string {
  const trimmed = text.trim()
  return trimmed === '' ? '' : `${trimmed[0]?.toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? '' : '.'}`
}
