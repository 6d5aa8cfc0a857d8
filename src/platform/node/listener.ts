// The Listener port on Node. Every thread listens on the same ports (SO_REUSEPORT) and the kernel deals connections out.

import { createServer, type Server, type Socket } from 'node:net'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import type {
  Connection,
  ListenError,
  Listener,
  ListenOptions,
  OpenListener,
  TlsCredentials,
} from '../../ground/ports/connection.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { handshake, NodeConnection } from './connection.ts'

/** Connections that wait for `accept`; the kernel cuts it to its own `somaxconn`. */
const BACKLOG = 4096

/** What one line and its way to the client may take. */
const REFUSED_MS = 5_000

/** Connections to a port that nobody serves yet. They come for as long as a store takes to open; each holds a descriptor. */
const WAITING_MAX = 4096

type Accept = (connection: Connection) => void

type Binding = Pick<ListenOptions, 'host' | 'port' | 'tls'> & {
  /** Several threads hold the same port. Without it the port is ours alone, or refused. */
  readonly shared: boolean
}

/** A port that is ours, which may take rights that are given up before anything is served. */
export interface BoundPort {
  readonly port: number
  /** Takes connections, first those that have come already. */
  serve(options: Pick<ListenOptions, 'credentials' | 'maxConnections'>, accept: Accept, refused?: Accept): OpenListener
  close(): Promise<void>
}

export function nodeListener({ shared }: Pick<Binding, 'shared'>): Listener {
  return {
    async listen(options, accept, refused) {
      const bound = await bindPort({ ...options, shared })
      return bound.ok ? ok(bound.value.serve(options, accept, refused)) : bound
    },
  }
}

export async function bindPort(binding: Binding): Promise<Result<BoundPort, ListenError>> {
  const server = createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect: binding.tls === 'implicit' })
  const waiting = new Set<Socket>()
  let take = (socket: Socket): void => wait(socket, waiting)
  server.on('connection', (socket) => take(socket))
  const opened = await start(server, binding)
  if (!opened.ok) return opened
  const port = opened.value
  return ok({
    port,
    serve(options, accept, refused) {
      const door = new Door({ ...options, tls: binding.tls }, accept, refused)
      take = door.take
      for (const socket of waiting) take(socket)
      waiting.clear()
      return { port, renew: door.renew, limit: door.limit, close: () => close(server) }
    },
    close() {
      for (const socket of waiting) socket.destroy()
      return close(server)
    },
  })
}

function wait(socket: Socket, waiting: Set<Socket>): void {
  if (waiting.size >= WAITING_MAX) return void socket.destroy()
  waiting.add(socket)
  socket.on('error', () => {}).once('close', () => waiting.delete(socket))
}

/** Makes connections of the sockets that come, as many at once as are allowed. */
class Door {
  readonly #tls: ListenOptions['tls']
  readonly #context: CurrentContext
  readonly #accept: Accept
  readonly #refused: Accept | undefined
  #open = 0
  #maxConnections: number

  constructor(options: Pick<ListenOptions, 'tls' | 'credentials' | 'maxConnections'>, accept: Accept, refused?: Accept) {
    this.#tls = options.tls
    this.#context = new CurrentContext(options.credentials)
    this.#maxConnections = options.maxConnections
    this.#accept = accept
    this.#refused = refused
  }

  readonly take = (socket: Socket): void => {
    if (this.#open >= this.#maxConnections) return refuse(socket, this.#refused)
    this.#open++
    socket.once('close', () => this.#open--)
    if (this.#tls === 'implicit') takeSecured(socket, this.#context, this.#accept)
    else this.#accept(new NodeConnection(socket, this.#tls === 'starttls' ? { secureContext: this.#context.get } : {}))
  }

  readonly limit = (maxConnections: number): void => {
    this.#maxConnections = maxConnections
  }

  readonly renew = (credentials: TlsCredentials): void => this.#context.renew(credentials)
}

function takeSecured(socket: Socket, context: CurrentContext, accept: Accept): void {
  socket.on('error', () => {})
  const secured = new TLSSocket(socket, { isServer: true, secureContext: context.get() })
  void handshake(secured, 'server').then((outcome) => {
    if (outcome.ok) accept(new NodeConnection(secured, { tls: outcome.value }))
  })
}

function refuse(socket: Socket, refused?: Accept): void {
  if (!refused) return void socket.destroy()
  // Those who are refused are not counted, so they may not stay either.
  const cut = setTimeout(() => socket.destroy(), REFUSED_MS)
  socket.once('close', () => clearTimeout(cut))
  const connection = new NodeConnection(socket)
  connection.handle({ data: () => {}, ended: () => {}, drained: () => {}, closed: () => {} })
  refused(connection)
}

/** The port in use: another than asked for when 0 was asked. */
function start(server: Server, { host, port, shared }: Binding): Promise<Result<number, ListenError>> {
  return new Promise((resolve) => {
    server.once('error', (error: Error & { code?: string }) => resolve(err(listenError(error))))
    server.listen({ host, port, backlog: BACKLOG, reusePort: shared, ipv6Only: false }, () => {
      server.removeAllListeners('error')
      // A fault of accept() (out of descriptors) costs that connection, not the program.
      server.on('error', () => {})
      const address = server.address()
      resolve(ok(typeof address === 'object' && address ? address.port : port))
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    // Open connections end by themselves or are ended by their sessions; closing the listener does not wait for them.
    resolve()
  })
}

function listenError(error: Error & { code?: string }): ListenError {
  if (error.code === 'EADDRINUSE') return { type: 'in-use', detail: error.message }
  if (error.code === 'EACCES' || error.code === 'EPERM') return { type: 'forbidden', detail: error.message }
  return { type: 'bad-address', detail: error.message }
}

/** The certificate in force; built when first needed, because a listener without TLS never needs it. */
class CurrentContext {
  #credentials: TlsCredentials | undefined
  #context: SecureContext | undefined

  constructor(credentials: TlsCredentials | undefined) {
    this.#credentials = credentials
  }

  get = (): SecureContext => {
    this.#context ??= createSecureContext({
      cert: this.#credentials?.certificate,
      key: this.#credentials?.key,
      minVersion: 'TLSv1.2',
    })
    return this.#context
  }

  renew = (credentials: TlsCredentials): void => {
    this.#credentials = credentials
    this.#context = undefined
  }
}
