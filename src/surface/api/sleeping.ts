// An HTTP server that sleeps: what answers is loaded at the first request. A mail server that nobody looks at is as small as one without
// a page.

import { once } from 'node:events'
import { unlink } from 'node:fs/promises'
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Log } from '../../ground/ports/log.ts'

/** The page asks again now and then; between its questions the connection stays. Longer than the 60 s of the usual load balancer. */
const KEEP_ALIVE_MS = 72_000

export interface SleepingServer {
  readonly server: Server
  /** Also ends the connections that wait for their next request. */
  close(): Promise<void>
}

/** How much of a stranger's time and company is borne. */
export interface HttpPatience {
  /** For the head of a request, also for one of which not a byte comes. */
  readonly headersMs: number
  /** For all of a request; 0: as long as it takes. What is answered may take longer: it is watched for hours. */
  readonly requestMs: number
  readonly connectionsMax: number
}

/** `wake` makes the application; when it fails the request is refused, and the next one tries again. */
export function sleepingServer(wake: () => Promise<FastifyInstance>, log: Log, patience: HttpPatience): SleepingServer {
  const application = new Application(wake, log)
  const waiting = new Set<Socket>()
  let http: Promise<HttpServer> | undefined
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    waiting.add(socket.on('error', () => {}))
    http ??= speakHttp(application, patience)
    void http.then((awake) => {
      waiting.delete(socket)
      awake.emit('connection', socket)
      socket.resume()
    })
  })
  server.maxConnections = patience.connectionsMax
  return {
    server,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of waiting) socket.destroy()
      await http?.then((awake) => {
        awake.closeAllConnections()
        awake.close()
      })
      await closed
      await application.close()
    },
  }
}

/** Takes connections from elsewhere: it never listens, but looks after its connections as if it did. */
async function speakHttp(application: Application, { headersMs, requestMs }: HttpPatience): Promise<HttpServer> {
  const { createServer: createHttpServer } = await import('node:http')
  // Both are written out: without the first, Node lets the second stand for it, and 0 is for ever.
  const times = { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: headersMs / 2 }
  const http = createHttpServer({ keepAliveTimeout: KEEP_ALIVE_MS, ...times }, application.answer)
  http.emit('listening')
  return http
}

class Application {
  readonly #wake: () => Promise<FastifyInstance>
  readonly #log: Log
  #app: Promise<FastifyInstance> | undefined

  constructor(wake: () => Promise<FastifyInstance>, log: Log) {
    this.#wake = wake
    this.#log = log
  }

  readonly answer = (request: IncomingMessage, response: ServerResponse): void => {
    this.#app ??= this.#ready()
    this.#app.then(
      ({ routing }) => routing(request, response),
      (fault: unknown) => {
        this.#app = undefined
        this.#refuse(request, response, fault)
      },
    )
  }

  async close(): Promise<void> {
    await this.#app?.then((app) => app.close())
  }

  async #ready(): Promise<FastifyInstance> {
    const app = await this.#wake()
    await app.ready()
    return app
  }

  #refuse(request: IncomingMessage, response: ServerResponse, fault: unknown): void {
    const cause = fault instanceof Error ? (fault.stack ?? '') : String(fault)
    this.#log.error('what answers requests could not be loaded', { cause })
    request.resume()
    response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
    response.end('Something went wrong inside the server. Its log has the details.\n')
  }
}

/** Binds it so that nobody else can open it, not even for the moment between creation and a later change of its mode. */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  await unlink(path).catch(() => undefined) // Whoever calls holds the store's lock: a socket that lies here is left over.
  const mask = process.umask(0o177)
  try {
    server.listen(path)
  } finally {
    process.umask(mask)
  }
  if (!server.listening) await once(server, 'listening')
}
