// Questions to the server, and its hints that something changed.

export class AskError extends Error {
  constructor(code, message, next) {
    super(message)
    this.code = code
    this.next = next
  }
}

async function ask(path, signal) {
  let response
  try {
    response = await fetch(path, { headers: { accept: 'application/json' }, signal })
  } catch (fault) {
    if (signal?.aborted) throw fault
    throw new AskError('offline', 'The server does not answer.', 'The page keeps trying; nothing needs to be done here.')
  }
  const body = await response.json().catch(() => undefined)
  if (response.ok && body) return body
  const error = body?.error
  throw new AskError(
    error?.code ?? 'internal',
    error?.message ?? 'The server gave an answer that makes no sense.',
    error?.next ?? 'Reload the page.',
  )
}

export function askJourneys({ q, before }, signal) {
  const query = new URLSearchParams()
  if (q) query.set('q', q)
  if (before) query.set('before', before)
  return ask(`/api/journeys?${query}`, signal)
}

export function askJourney(id, signal) {
  return ask(`/api/journeys/${encodeURIComponent(id)}`, signal)
}

const REOPEN_MS = 5_000

/** Calls `changed(ids)` on hints, `state('live' | 'lost')` when the line comes up or breaks; opens it again while the page lives. */
export function watch({ changed, state }) {
  const source = new EventSource('/api/live')
  source.addEventListener('ready', () => state('live'))
  source.addEventListener('changed', (event) => changed(JSON.parse(event.data).ids))
  source.addEventListener('error', () => {
    state('lost')
    // The browser opens it again by itself unless the server refused: then we do.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => watch({ changed, state }), REOPEN_MS)
  })
}
