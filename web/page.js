// The page: where we are (the address after #), what is shown there, and keeping it true.

import { askJourney, askJourneys, watch } from './ask.js'
import { emptyList, h, journeyView, nothingFound, placeholder, problem, refreshTimes, rowsList } from './draw.js'

const ROWS_SHOWN_MAX = 1000 // Beyond it a phone scrolls badly; a search finds the rest.
const TICK_MS = 5_000
const POLL_WHILE_LOST_MS = 10_000

const el = (id) => document.getElementById(id)
const panes = el('panes')
const rowsBox = el('rows')
const journeyPane = el('journey')
const input = el('q')

const shown = { q: undefined, id: undefined, unknown: false, rows: [], next: undefined, loaded: false }
let listQuestion = new AbortController()
let journeyQuestion = new AbortController()

// --- where we are ---

function place() {
  const [path = '', query = ''] = location.hash.replace(/^#/, '').split('?', 2)
  const q = new URLSearchParams(query).get('q')?.trim() ?? ''
  const id = /^\/m\/(.+)$/.exec(path)?.[1]
  const unknown = id === undefined && !['', '/', '/search'].includes(path)
  return { q, id: unknown ? path : id === undefined ? undefined : decode(id), unknown }
}

function decode(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const suffix = (q) => (q ? `?${new URLSearchParams({ q })}` : '')
const listHref = (q) => (q ? `#/search${suffix(q)}` : '#/')
const journeyHref = (id) => `#/m/${encodeURIComponent(id)}${suffix(shown.q)}`

async function go() {
  const { q, id, unknown } = place()
  const listChanged = q !== shown.q || !shown.loaded
  const before = shown.id
  shown.q = q
  shown.id = id
  shown.unknown = unknown
  input.value = q
  panes.classList.toggle('open', id !== undefined)
  journeyPane.hidden = id === undefined
  document.title = q ? `${q} – Posthorn` : 'Posthorn'
  el('list-title').textContent = q ? `Messages of ${q}` : 'Latest messages'
  el('clear').hidden = !q
  markSelected()
  await Promise.all([
    listChanged ? loadList({ fresh: true }) : undefined,
    id !== undefined ? loadJourney({ fresh: true }) : closeJourney(before),
  ])
}

// --- the list ---

async function loadList({ fresh }) {
  listQuestion.abort()
  listQuestion = new AbortController()
  const { signal } = listQuestion
  if (fresh) rowsBox.replaceChildren(placeholder())
  rowsBox.setAttribute('aria-busy', 'true')
  try {
    const answer = await askJourneys({ q: shown.q }, signal)
    const known = new Set(shown.rows.map((row) => row.id))
    const news = new Set(fresh ? [] : answer.rows.map((row) => row.id).filter((id) => !known.has(id)))
    // Older pages that were loaded stay; the first page is replaced by what is true now.
    const older = fresh ? [] : olderThan(answer)
    shown.rows = [...answer.rows, ...older].slice(0, ROWS_SHOWN_MAX)
    shown.next = older.length > 0 ? shown.next : answer.next
    shown.loaded = true
    drawList(news)
    notice()
    if (news.size > 0) el('spoken').textContent = news.size === 1 ? 'One new message' : `${news.size} new messages`
  } catch (error) {
    if (!signal.aborted) failed(error, rowsBox, fresh)
  }
  if (!signal.aborted) rowsBox.setAttribute('aria-busy', 'false')
}

function olderThan(answer) {
  const last = answer.rows.at(-1)
  const fetched = new Set(answer.rows.map((row) => row.id))
  return last === undefined ? [] : shown.rows.filter((row) => row.at <= last.at && !fetched.has(row.id))
}

async function loadOlder() {
  try {
    const answer = await askJourneys({ q: shown.q, before: shown.next }, listQuestion.signal)
    const known = new Set(shown.rows.map((row) => row.id))
    shown.rows = [...shown.rows, ...answer.rows.filter((row) => !known.has(row.id))].slice(0, ROWS_SHOWN_MAX)
    shown.next = shown.rows.length < ROWS_SHOWN_MAX ? answer.next : undefined
    drawList(new Set())
  } catch (error) {
    notice(error)
  }
}

function drawList(news) {
  if (shown.rows.length === 0) return rowsBox.replaceChildren(shown.q ? nothingFound(shown.q) : emptyList())
  const focused = document.activeElement?.closest?.('.row')?.dataset.id
  const list = rowsList(shown.rows, { selected: shown.id, href: journeyHref, fresh: news })
  const more = shown.next ? h('button.more', { type: 'button' }, 'Show older messages') : undefined
  more?.addEventListener('click', loadOlder)
  rowsBox.replaceChildren(...[list, more].filter(Boolean))
  if (focused) rowLink(focused)?.focus({ preventScroll: true })
}

const rowLink = (id) => rowsBox.querySelector(`.row[data-id="${CSS.escape(id)}"]`)

function markSelected() {
  for (const row of rowsBox.querySelectorAll('.row')) {
    row.href = journeyHref(row.dataset.id)
    if (row.dataset.id === shown.id) row.setAttribute('aria-current', 'true')
    else row.removeAttribute('aria-current')
  }
}

// --- one journey ---

const NO_SUCH_PAGE = { message: 'There is no such page.', next: 'The link may be cut off or mistyped.' }

async function loadJourney({ fresh }) {
  journeyQuestion.abort()
  journeyQuestion = new AbortController()
  const { signal } = journeyQuestion
  if (shown.unknown) return failed(NO_SUCH_PAGE, journeyPane, true)
  if (fresh) journeyPane.replaceChildren(placeholder())
  try {
    const journey = await askJourney(shown.id, signal)
    const open = new Set(
      [...journeyPane.querySelectorAll('.entry')].flatMap((entry, i) => (entry.querySelector('details[open]') ? [i] : [])),
    )
    const scroll = journeyPane.scrollTop
    journeyPane.replaceChildren(journeyView(journey, { backHref: listHref(shown.q) }))
    journeyPane.querySelectorAll('.entry').forEach((entry, i) => {
      if (open.has(i)) entry.querySelector('details')?.setAttribute('open', '')
    })
    notice()
    if (fresh) el('journey-title').focus({ preventScroll: true })
    if (fresh) journeyPane.scrollTo(0, 0)
    else journeyPane.scrollTop = scroll
  } catch (error) {
    if (!signal.aborted) failed(error, journeyPane, fresh)
  }
}

function closeJourney(id) {
  journeyQuestion.abort()
  journeyPane.replaceChildren()
  if (id !== undefined) rowLink(id)?.focus()
}

// --- when something goes wrong ---

/** What is on the screen stays there when only a refresh failed. */
function failed(error, box, fresh) {
  if (fresh) box.replaceChildren(problem(error), backLink())
  else notice(error)
}

const backLink = () => h('p.empty', {}, h('a', { href: listHref('') }, 'Latest messages'))

function notice(error) {
  el('notice').hidden = error === undefined
  el('notice').textContent = error ? [error.message, error.next].filter(Boolean).join(' ') : ''
}

// --- keeping it true ---

const LIVE_WORDS = { live: 'Live', lost: 'Reconnecting', connecting: 'Connecting' }
let lostTimer

function liveState(state) {
  el('live').dataset.state = state
  el('live').querySelector('.live-text').textContent = LIVE_WORDS[state]
  clearInterval(lostTimer)
  if (state === 'lost') lostTimer = setInterval(refresh, POLL_WHILE_LOST_MS)
  // What happened between the first answer and the start of the hints, or while the line was broken, is asked for once more.
  if (state === 'live' && shown.loaded) refresh()
}

// On a busy server hints come faster than answers: one refresh at a time, a pause between two, none for a page nobody sees.
const REFRESH_PAUSE_MS = 1_000
const stale = { list: false, journey: false, running: false }

function refresh() {
  stale.list = stale.journey = true
  void work()
}

function changed(ids) {
  stale.list = true
  if (ids.includes(shown.id)) stale.journey = true
  void work()
}

async function work() {
  if (stale.running || document.hidden) return
  stale.running = true
  while ((stale.list || stale.journey) && !document.hidden) {
    const { list, journey } = stale
    stale.list = stale.journey = false
    const journeyToo = journey && shown.id !== undefined
    await Promise.all([list && loadList({ fresh: !shown.loaded }), journeyToo && loadJourney({ fresh: false })])
    await new Promise((resolve) => setTimeout(resolve, REFRESH_PAUSE_MS))
  }
  stale.running = false
}

// --- hands ---

function move(step) {
  const rows = [...rowsBox.querySelectorAll('.row')]
  const at = rows.indexOf(document.activeElement?.closest?.('.row'))
  const from = at >= 0 ? at : rows.findIndex((row) => row.dataset.id === shown.id)
  rows[Math.min(Math.max(from + step, 0), rows.length - 1)]?.focus()
}

const KEYS = new Map([
  [
    '/',
    () => {
      input.focus()
      input.select()
    },
  ],
  ['j', () => move(1)],
  ['ArrowDown', () => move(1)],
  ['k', () => move(-1)],
  ['ArrowUp', () => move(-1)],
])

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const typing = event.target.closest?.('input, textarea, select')
  if (event.key === 'Escape') {
    if (typing) typing.blur()
    else location.hash = listHref(shown.id === undefined ? '' : shown.q)
    return
  }
  const arrows = event.key.startsWith('Arrow')
  if (typing || (arrows && !event.target.closest?.('#list'))) return
  const action = KEYS.get(event.key)
  if (!action) return
  event.preventDefault()
  action()
})

el('search').addEventListener('submit', (event) => {
  event.preventDefault()
  const to = listHref(input.value.trim())
  if (location.hash === to) void loadList({ fresh: true })
  else location.hash = to
  input.blur()
})

document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault()
  el('list').focus()
})

addEventListener('hashchange', go)
addEventListener('online', refresh)
document.addEventListener('visibilitychange', () => void work())
setInterval(() => refreshTimes(document), TICK_MS)
watch({ changed, state: liveState })
void go()
