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

type Accept = (connection: Connection) => void

/** `shared`: several threads hold the same port. Without it the port is ours alone, or refused. */
export function nodeListener(sharing: { readonly shared: boolean }): Listener {
  return { listen: (options, accept, refused) => listen(options, sharing.shared, accept, refused) }
}

function listen(
  options: ListenOptions,
  shared: boolean,
  accept: Accept,
  refused?: Accept,
): Promise<Result<OpenListener, ListenError>> {
  const context = new CurrentContext(options.credentials)
  const server = createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect: options.tls === 'implicit' })
  let open = 0
  let { maxConnections } = options
  server.on('connection', (socket) => {
    if (open >= maxConnections) return refuse(socket, refused)
    open++
    socket.once('close', () => open--)
    take(socket, options, context, accept)
  })
  const limit: OpenListener['limit'] = (connections) => {
    maxConnections = connections
  }
  return start(server, options, shared, { renew: context.renew, limit })
}

function take(socket: Socket, options: ListenOptions, context: CurrentContext, accept: Accept): void {
  if (options.tls === 'implicit') return takeSecured(socket, context, accept)
  accept(new NodeConnection(socket, options.tls === 'starttls' ? { secureContext: context.get } : {}))
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

function start(
  server: Server,
  options: ListenOptions,
  shared: boolean,
  change: Pick<OpenListener, 'renew' | 'limit'>,
): Promise<Result<OpenListener, ListenError>> {
  return new Promise((resolve) => {
    server.once('error', (error: Error & { code?: string }) => resolve(err(listenError(error))))
    server.listen({ host: options.host, port: options.port, backlog: BACKLOG, reusePort: shared, ipv6Only: false }, () => {
      server.removeAllListeners('error')
      // A fault of accept() (out of descriptors) costs that connection, not the program.
      server.on('error', () => {})
      const address = server.address()
      resolve(
        ok({
          port: typeof address === 'object' && address ? address.port : options.port,
          ...change,
          close: () => close(server),
        }),
      )
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
