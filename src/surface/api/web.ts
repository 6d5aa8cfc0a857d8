// The web port: the page, what it asks for (read-only), and what a load balancer asks for.

import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import { answer, check, refuse, speakPlainly } from './answer.ts'
import { JourneysQuestion } from './contract.ts'
import { doorHtml } from './door.ts'
import { COOKIE, type GuardRules, judge, sameToken } from './guard.ts'
import { JSON_BODY_BYTES_MAX, LIVE_KEEPALIVE_MS } from './limits.ts'
import { type Changes, LiveFeed } from './live.ts'
import type { Operations } from './operations.ts'
import { type PageFile, servePage } from './page.ts'

export interface WebOptions {
  readonly operations: Operations
  readonly changes: Changes
  readonly clock: Clock
  readonly log: Log
  readonly rules: GuardRules
  readonly page: readonly PageFile[]
}

const SAFE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; " +
    "frame-ancestors 'none'; require-trusted-types-for 'script'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
} as const

export function webServer(options: WebOptions): FastifyInstance {
  const app = Fastify({ bodyLimit: JSON_BODY_BYTES_MAX, forceCloseConnections: true, exposeHeadRoutes: true })
  speakPlainly(app, options.log)
  const isData = dataTest(options.page)
  app.addHook('onRequest', async (request, reply) => guard(options.rules, isData, request, reply.headers(SAFE_HEADERS)))
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  })
  servePage(app, options.page)
  serveHealth(app, options.operations)
  serveDoor(app, options.rules)
  serveData(app, options)
  return app
}

const HEALTH: readonly string[] = ['/healthz', '/readyz']
const OPEN_PATHS: ReadonlySet<string> = new Set([...HEALTH, '/token', '/icon.svg'])

/** The address that answers, and not what was written for it: `/%61pi/journeys` leads to the same. */
function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? ''
}

/** All but what is the same for everybody: the files of the page, and whether the server lives. */
function dataTest(page: readonly PageFile[]): (request: FastifyRequest) => boolean {
  const harmless = new Set([...page.map(({ path }) => path), ...HEALTH])
  return (request) => request.method !== 'GET' || !harmless.has(routeOf(request))
}

function guard(
  rules: GuardRules,
  isData: (request: FastifyRequest) => boolean,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply | undefined {
  const { headers } = request
  const verdict = judge(rules, {
    method: request.method,
    host: headers.host,
    origin: headers.origin,
    fetchSite: one(headers['sec-fetch-site']),
    authorization: headers.authorization,
    cookie: headers.cookie,
    forwarded: ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => headers[name] !== undefined),
    data: isData(request),
  })
  if (verdict.type === 'pass') return undefined
  if (verdict.reason === 'token') return OPEN_PATHS.has(routeOf(request)) ? undefined : askForToken(request, reply)
  return refuse(reply, {
    code: 'not-allowed-here',
    message:
      verdict.reason === 'host' ? 'This name is not one the page answers to.' : 'Another web site asked for this; it may not.',
    next:
      verdict.reason === 'host'
        ? 'Open it as http://localhost and its port, or add the name to the setting web.allowedHosts.'
        : 'Open the page itself in the browser.',
  })
}

function askForToken(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (routeOf(request) === '/') return reply.code(401).type('text/html; charset=utf-8').send(doorHtml())
  return refuse(reply, {
    code: 'token-required',
    message: 'This needs the page’s token.',
    next: 'Send it as "Authorization: Bearer …"; it stands in the file web-token of the data folder.',
  })
}

/** `POST /token` with the token in a form: a cookie in exchange. */
function serveDoor(app: FastifyInstance, rules: GuardRules): void {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
  app.post('/token', (request, reply) => {
    const given = (request.body as { token?: unknown } | undefined)?.token
    if (typeof given !== 'string' || !sameToken(rules.token, given.trim())) {
      return reply.code(401).type('text/html; charset=utf-8').send(doorHtml('That is not the token.'))
    }
    const secure = request.headers['x-forwarded-proto'] === 'https' ? '; Secure' : ''
    return reply
      .header('set-cookie', `${COOKIE}=${rules.token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000${secure}`)
      .redirect('/', 303)
  })
}

function serveHealth(app: FastifyInstance, operations: Operations): void {
  app.get('/healthz', (_request, reply) => reply.send({ ok: true }))
  app.get('/readyz', async (_request, reply) => {
    const status = await operations.status()
    return status.ok ? reply.send({ ok: true }) : refuse(reply, status.error)
  })
}

function serveData(app: FastifyInstance, options: WebOptions): void {
  const { operations } = options
  const feed = new LiveFeed(options)
  app.get('/api/journeys', (request, reply) => {
    const question = check(JourneysQuestion, request.query)
    return question.ok ? answer(reply, operations.journeys(question.value)) : refuse(reply, question.error)
  })
  app.get<{ Params: { id: string } }>('/api/journeys/:id', (request, reply) =>
    answer(reply, operations.journey(request.params.id)),
  )
  app.get('/api/live', (request, reply) => serveLive(feed, options.clock, request, reply))
}

function serveLive(feed: LiveFeed, clock: Clock, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const stream = reply.raw
  const end = feed.watch((hint) => {
    // A watcher that does not read is told nothing more until it does: hints are only hints.
    if (!stream.writableNeedDrain) stream.write(`event: changed\ndata: ${JSON.stringify(hint)}\n\n`)
  })
  if (!end) {
    const next = 'Close other windows that show it, or reload now and then.'
    return refuse(reply, { code: 'too-many-watchers', message: 'Too many pages watch at this moment.', next })
  }
  reply.hijack()
  stream.writeHead(200, {
    ...SAFE_HEADERS,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  stream.write('retry: 2000\n\n')
  void feed.ready().then(() => stream.write('event: ready\ndata: {}\n\n'))
  let cancel: () => void = () => {}
  const keepAlive = (): void => {
    stream.write(': still here\n\n')
    cancel = clock.after(LIVE_KEEPALIVE_MS, keepAlive)
  }
  cancel = clock.after(LIVE_KEEPALIVE_MS, keepAlive)
  request.raw.once('close', () => {
    cancel()
    end()
  })
  return reply
}

function one(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0]
}
