// From answers to elements. All text goes in as text: nothing a stranger wrote is ever read as markup.

import {
  clockTime,
  dayName,
  exactTime,
  people,
  relativeTime,
  sender,
  size,
  sourceWord,
  stateWord,
  subjectWords,
} from './words.js'

/** `h('p.note', { hidden: true }, 'text', element)` */
export function h(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split('.')
  const element = document.createElement(tag)
  if (classes.length > 0) element.className = classes.join(' ')
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : value)
  element.append(...children.flat().filter((child) => child !== undefined && child !== false))
  return element
}

/** Relative, with the exact time on hover; `refreshTimes` keeps it true. */
export function time(at, attributes = {}) {
  return h(
    'time',
    { datetime: new Date(at).toISOString(), title: exactTime(at), 'data-at': String(at), ...attributes },
    relativeTime(at),
  )
}

export function refreshTimes(root) {
  for (const element of root.querySelectorAll('time[data-at]')) element.textContent = relativeTime(Number(element.dataset.at))
}

export function chip(state, count) {
  return h('span.chip', { 'data-state': state }, stateWord(state), count > 1 ? h('span.count', {}, ` ${count}`) : undefined)
}

function badge(reply) {
  const words = reply.code ? [String(reply.code), reply.enhanced].filter(Boolean).join(' ') : 'no reply'
  return h('code.badge', { 'data-class': reply.code ? String(reply.code)[0] : '0' }, words)
}

// --- the list ---

export function rowsList(rows, { selected, href, fresh }) {
  return h(
    'ol.rows',
    {},
    rows.map((row) => rowItem(row, { selected: row.id === selected, href: href(row.id), fresh: fresh.has(row.id) })),
  )
}

function rowItem(row, { selected, href, fresh }) {
  return h(
    fresh ? 'li.fresh' : 'li',
    {},
    h(
      'a.row',
      { href, 'data-id': row.id, 'data-state': row.state, 'aria-current': selected ? 'true' : undefined },
      h('span.row-subject', {}, subjectWords(row.subject)),
      h(
        'span.row-people',
        {},
        sender(row.from),
        h('span.arrow', { 'aria-hidden': 'true' }, ' → '),
        h('span.unseen', {}, ' to '),
        people(row.to, row.recipientCount),
      ),
      h(
        'span.row-state',
        {},
        row.states.length > 0 ? row.states.map(({ state, count }) => chip(state, count)) : chip(row.state, 1),
      ),
      h('span.row-time', {}, time(row.at)),
      rowNote(row),
    ),
  )
}

function rowNote(row) {
  if (row.state === 'delivered' || (!row.lastReply && !row.nextAttemptAt)) return undefined
  return h(
    'span.row-note',
    {},
    row.lastReply ? [badge(row.lastReply), ' ', h('span', {}, row.lastReply.meaning)] : undefined,
    ' ',
    row.nextAttemptAt ? h('span.row-next', {}, 'next attempt ', time(row.nextAttemptAt)) : undefined,
  )
}

export function emptyList() {
  const steps = [
    ['Say which domain is yours', 'posthorn domain add example.com'],
    ['Add somebody who may send and receive', 'posthorn user add you@example.com'],
    [
      'Send the first message',
      'echo Hello | posthorn send --from you@example.com --to you@example.com --subject "The first one"',
    ],
  ]
  return h(
    'div.empty',
    {},
    h('h2', {}, 'No messages yet'),
    h('p', {}, 'Every message this server takes appears here, with its whole journey. Three commands send the first one:'),
    h(
      'ol.steps',
      {},
      steps.map(([words, command]) => h('li', {}, h('span', {}, words), h('pre', { tabindex: '0' }, h('code', {}, command)))),
    ),
  )
}

export function nothingFound(q) {
  return h(
    'div.empty',
    {},
    h('h2', {}, 'Nothing found'),
    h('p', {}, 'No message has ', h('strong', {}, q), ' as sender, recipient, Message-ID or id.'),
    h(
      'p',
      {},
      'Addresses are found whole, as in ',
      h('code', {}, 'anna@example.com'),
      '. The Message-ID stands in the message’s source, among the first lines.',
    ),
  )
}

export function problem(error) {
  return h('div.empty', { role: 'alert' }, h('h2', {}, error.message), h('p', {}, error.next ?? ''))
}

export function placeholder() {
  return h(
    'div.skeleton',
    { 'aria-label': 'Loading', role: 'img' },
    Array.from({ length: 6 }, () => h('div.bone', {})),
  )
}

// --- one journey ---

export function journeyView(journey, { backHref }) {
  return h(
    'article.journey',
    { 'data-id': journey.id },
    h('a.back', { href: backHref }, '← All messages'),
    h(
      'header.journey-head',
      {},
      h('div.journey-chips', {}, chip(journey.state, 1)),
      h('h1', { tabindex: '-1', id: 'journey-title' }, subjectWords(journey.subject)),
      facts(journey),
    ),
    h('h2', {}, journey.recipients.length === 1 ? 'Recipient' : `${journey.recipients.length} recipients`),
    h('ul.recipients', {}, journey.recipients.map(recipientItem)),
    h('h2', {}, 'Journey'),
    timeline(journey),
  )
}

function facts(journey) {
  const pairs = [
    ['From', sender(journey.from)],
    ['Taken', h('span', {}, exactTime(journey.at), ' · ', time(journey.at))],
    ['Came', [sourceWord(journey.source), journey.peer].filter(Boolean).join(', ')],
    ['Size', size(journey.sizeBytes)],
    ['Message-ID', journey.messageId ? h('code', {}, journey.messageId) : '(none)'],
    ['Our id', h('code', {}, journey.id)],
  ]
  return h(
    'dl.facts',
    {},
    pairs.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  )
}

function recipientItem(recipient) {
  return h(
    'li.recipient',
    { 'data-state': recipient.state },
    h('div.recipient-line', {}, h('strong', {}, recipient.address), chip(recipient.state, 1)),
    recipient.originalAddress && recipient.originalAddress !== recipient.address
      ? h('p.quiet', {}, `was ${recipient.originalAddress}`)
      : undefined,
    recipientNote(recipient),
  )
}

function recipientNote(recipient) {
  const parts = []
  if (recipient.attempts > 0) parts.push(recipient.attempts === 1 ? '1 attempt' : `${recipient.attempts} attempts`)
  if (recipient.nextAttemptAt)
    parts.push(h('span', {}, 'next ', time(recipient.nextAttemptAt), `, at ${clockTime(recipient.nextAttemptAt)}`))
  else if (recipient.finishedAt) parts.push(h('span', {}, `at ${clockTime(recipient.finishedAt)}, `, time(recipient.finishedAt)))
  if (parts.length === 0) return undefined
  return h(
    'p.quiet',
    {},
    parts.flatMap((part, i) => (i === 0 ? [part] : [' · ', part])),
  )
}

function timeline(journey) {
  const severalRecipients = journey.recipients.length > 1
  const items = []
  let lastDay
  for (const entry of journey.timeline) {
    const day = dayName(entry.at)
    if (day !== lastDay) items.push(h('li.day', {}, day))
    lastDay = day
    items.push(timelineItem(entry, severalRecipients))
  }
  const next = journey.recipients
    .map((r) => r.nextAttemptAt)
    .filter(Boolean)
    .sort((a, b) => a - b)[0]
  if (next) {
    items.push(
      h(
        'li.entry.ahead',
        { 'data-tone': 'waiting' },
        h('span.dot', { 'aria-hidden': 'true' }),
        h(
          'div.entry-head',
          {},
          h('p.entry-title', {}, 'Next attempt'),
          h('p.entry-time', {}, time(next), h('span.exact', {}, clockTime(next))),
        ),
      ),
    )
  }
  return h('ol.timeline', {}, items)
}

function timelineItem(entry, showRecipient) {
  return h(
    'li.entry',
    { 'data-tone': entry.tone, 'data-type': entry.type },
    h('span.dot', { 'aria-hidden': 'true' }),
    h(
      'div.entry-head',
      {},
      h('p.entry-title', {}, entry.title),
      h('p.entry-time', {}, h('span.exact', {}, clockTime(entry.at)), time(entry.at)),
    ),
    h(
      'div.entry-body',
      {},
      showRecipient && entry.recipient ? h('p.quiet', {}, 'for ', entry.recipient) : undefined,
      entry.detail ? h('p', {}, entry.detail) : undefined,
      entry.host && !entry.reply ? h('p.quiet', {}, 'host ', h('code', {}, entry.host)) : undefined,
      entry.reply ? replyBox(entry.reply) : undefined,
      entry.relatedId
        ? h('p', {}, h('a', { href: `#/m/${encodeURIComponent(entry.relatedId)}` }, 'See that message’s own journey'))
        : undefined,
      entry.transcript?.length ? transcript(entry.transcript) : undefined,
    ),
  )
}

function replyBox(reply) {
  return h(
    'div.reply',
    {},
    h('p.reply-line', {}, badge(reply), reply.host ? h('code.host', {}, reply.host) : undefined),
    reply.text ? h('blockquote', {}, reply.text) : undefined,
    reply.meaning ? h('p.meaning', {}, reply.meaning) : undefined,
    reply.advice ? h('p.advice', {}, h('span.advice-word', {}, 'What to do'), ' ', reply.advice) : undefined,
  )
}

function transcript(lines) {
  return h(
    'details.transcript',
    {},
    h('summary', {}, 'The conversation, line by line'),
    h(
      'ol',
      { tabindex: '0' },
      lines.map((line) =>
        h(
          'li',
          { 'data-direction': line.direction },
          h('span.unseen', {}, line.direction === 'out' ? 'we said: ' : 'they said: '),
          line.line,
        ),
      ),
    ),
  )
}
