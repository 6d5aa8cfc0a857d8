// The door of the API: what can be asked (operations and their types), and the two servers that answer, web port and control socket.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import type { Random } from '../../ground/ports/random.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { CONTROL_CONNECTIONS_MAX, REQUEST_MS, WEB_CONNECTIONS_MAX } from './limits.ts'
import type { Changes } from './live.ts'
import type { Operations } from './operations.ts'
import type { WebSettings } from './settings.ts'
import type { HttpPatience } from './sleeping.ts'

export type * from './contract.ts'
export { type ErrorCode, type Failure, failure } from './errors.ts'
export type { Changes } from './live.ts'
export type { Answer, Operations, Submission } from './operations.ts'
export { WebSettings } from './settings.ts'

export interface ApiContext {
  /** What questions are answered by; loaded at the first one. */
  readonly answers: () => Promise<{ readonly operations: Operations; readonly changes: Changes }>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly dataDir: string
  readonly messageBytesMax: number
  readonly web: WebSettings
}

export interface OpenApi {
  /** The port in use: another one than asked for when 0 was asked. */
  readonly port: number
  close(): Promise<void>
}

export interface Api {
  /** Opens the port of the page; what is asked there waits for `begin`. The token is only asked for where the address is not loopback. */
  listenWeb(options: { readonly host: string; readonly port: number }): Promise<Result<OpenApi, string>>
  /** Touches the data folder for the first time: the token is read, or made. */
  begin(): Promise<Result<void, string>>
  /** Serves the command line on `control.sock` in the data folder. */
  listenControl(): Promise<Result<{ close(): Promise<void> }, string>>
}

export const CONTROL_SOCKET = 'control.sock'

/** Operations of the server behind the socket; undefined when nobody answers there. Loaded when asked: every thread imports this door. */
export async function connectControl(socketPath: string): Promise<Operations | undefined> {
  const client = await import('./client.ts')
  return client.connectControl(socketPath)
}

/** A socket's address has room for 108 bytes (sockaddr_un), its closing zero included. */
const SOCKET_PATH_BYTES_MAX = 107

const WEB_PATIENCE: HttpPatience = { headersMs: REQUEST_MS, requestMs: REQUEST_MS, connectionsMax: WEB_CONNECTIONS_MAX }

/** A message may come as slowly as whoever writes it. */
const CONTROL_PATIENCE: HttpPatience = { headersMs: REQUEST_MS, requestMs: 0, connectionsMax: CONTROL_CONNECTIONS_MAX }

/** The HTTP library is loaded at the first request: commands and servers that nobody asks never pay for it. */
export function createApi(context: ApiContext): Api {
  const token = Promise.withResolvers<string>()
  // Nobody may have asked when it fails.
  token.promise.catch(() => {})
  return {
    listenWeb: (options) => listenWeb(context, options, token),
    listenControl: () => listenControl(context),
    async begin() {
      const { webToken } = await import('./token.ts')
      try {
        token.resolve(await webToken(context.dataDir, context.random))
        return ok()
      } catch (fault) {
        return err(`the token of the web page cannot be kept: ${(fault as Error).message}`)
      }
    },
  }
}

async function listenWeb(
  context: ApiContext,
  options: { readonly host: string; readonly port: number },
  token: PromiseWithResolvers<string>,
): Promise<Result<OpenApi, string>> {
  const { sleepingServer } = await import('./sleeping.ts')
  const { server, close } = sleepingServer(
    async () => {
      const rules = { ...context.web, loopback: isLoopback(options.host), token: await token.promise }
      const [{ webServer }, { readPage }, answers] = await Promise.all([
        import('./web.ts'),
        import('./page.ts'),
        context.answers(),
      ])
      return webServer({ ...context, ...answers, rules, page: await readPage(new URL('../../../web/', import.meta.url)) })
    },
    context.log,
    WEB_PATIENCE,
  )
  try {
    await once(server.listen(options), 'listening')
  } catch (fault) {
    return err(`the web page cannot listen on ${options.host} port ${options.port}: ${(fault as Error).message}`)
  }
  return ok({
    port: (server.address() as AddressInfo).port,
    close() {
      token.reject(new Error('the server has stopped'))
      return close()
    },
  })
}

async function listenControl(context: ApiContext): Promise<Result<{ close(): Promise<void> }, string>> {
  const path = join(context.dataDir, CONTROL_SOCKET)
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX) {
    return err(`the path of the control socket is too long (${path}); a data folder with a shorter path is needed`)
  }
  const { listenOnSocket, sleepingServer } = await import('./sleeping.ts')
  const { server, close } = sleepingServer(
    async () => {
      const [{ controlServer }, { operations }] = await Promise.all([import('./control.ts'), context.answers()])
      return controlServer({ ...context, operations })
    },
    context.log,
    CONTROL_PATIENCE,
  )
  try {
    await listenOnSocket(server, path)
  } catch (fault) {
    return err(`the control socket ${path} cannot be opened: ${(fault as Error).message}`)
  }
  return ok({ close })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
