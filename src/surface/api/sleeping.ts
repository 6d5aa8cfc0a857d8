// An HTTP server that sleeps: what answers is loaded at the first request. A mail server that nobody looks at is as small as one without
// a page.

import { once } from 'node:events'
import { unlink } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Log } from '../../ground/ports/log.ts'

/** The page asks again now and then; between its questions the connection stays. Longer than the 60 s of the usual load balancer. */
const KEEP_ALIVE_MS = 72_000

export interface SleepingServer {
  readonly server: Server
  /** Also ends the connections that wait for their next request. */
  close(): Promise<void>
}

/** `wake` makes the application; when it fails the request is refused, and the next one tries again. */
export function sleepingServer(wake: () => Promise<FastifyInstance>, log: Log): SleepingServer {
  let app: Promise<FastifyInstance> | undefined
  // A message may come as slowly as whoever writes it.
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (request, response) => {
    app ??= ready(wake)
    app.then(
      ({ routing }) => routing(request, response),
      (fault: unknown) => {
        app = undefined
        refuse(request, response, log, fault)
      },
    )
  })
  return {
    server,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
      await app?.then((awake) => awake.close())
    },
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

async function ready(wake: () => Promise<FastifyInstance>): Promise<FastifyInstance> {
  const app = await wake()
  await app.ready()
  return app
}

function refuse(request: IncomingMessage, response: ServerResponse, log: Log, fault: unknown): void {
  log.error('what answers requests could not be loaded', { cause: fault instanceof Error ? (fault.stack ?? '') : String(fault) })
  request.resume()
  response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
  response.end('Something went wrong inside the server. Its log has the details.\n')
}
