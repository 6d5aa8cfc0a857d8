// The door of the API: what can be asked (operations and their types), and the two servers that answer, web port and control socket.

import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Clock } from '../../ground/ports/clock.ts'
import type { Log } from '../../ground/ports/log.ts'
import type { Random } from '../../ground/ports/random.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import type { Changes } from './live.ts'
import type { Operations } from './operations.ts'
import type { WebSettings } from './settings.ts'

export type * from './contract.ts'
export { type ErrorCode, type Failure, failure } from './errors.ts'
export type { Changes } from './live.ts'
export type { Answer, Operations, Submission } from './operations.ts'
export { WebSettings } from './settings.ts'

export interface ApiContext {
  readonly operations: Operations
  readonly changes: Changes
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
  /** Serves the page on this address; the token is only asked for where it is not loopback. */
  listenWeb(options: { readonly host: string; readonly port: number }): Promise<Result<OpenApi, string>>
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

/** The HTTP library is loaded at the first `listen…`: commands that only ask never pay for it. */
export function createApi(context: ApiContext): Api {
  return { listenWeb: (options) => listenWeb(context, options), listenControl: () => listenControl(context) }
}

async function listenWeb(
  context: ApiContext,
  options: { readonly host: string; readonly port: number },
): Promise<Result<OpenApi, string>> {
  const [{ webServer }, { webToken }, { readPage }] = await Promise.all([
    import('./web.ts'),
    import('./token.ts'),
    import('./page.ts'),
  ])
  const page = await readPage(new URL('../../../web/', import.meta.url))
  const rules = { ...context.web, loopback: isLoopback(options.host), token: await webToken(context.dataDir, context.random) }
  const app = webServer({ ...context, rules, page })
  try {
    await app.listen(options)
  } catch (fault) {
    return err(`the web page cannot listen on ${options.host} port ${options.port}: ${(fault as Error).message}`)
  }
  return ok({ port: (app.server.address() as AddressInfo).port, close: () => app.close() })
}

async function listenControl(context: ApiContext): Promise<Result<{ close(): Promise<void> }, string>> {
  const { controlServer, listenOnSocket } = await import('./control.ts')
  const path = join(context.dataDir, CONTROL_SOCKET)
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX) {
    return err(`the path of the control socket is too long (${path}); a data folder with a shorter path is needed`)
  }
  const app = controlServer(context)
  try {
    await listenOnSocket(app, path)
  } catch (fault) {
    return err(`the control socket ${path} cannot be opened: ${(fault as Error).message}`)
  }
  return ok({ close: () => app.close() })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
