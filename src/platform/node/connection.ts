// The Connection port over a Node socket: one object for both directions, in clear or under TLS, which it can change while it lives.

import type { Socket } from 'node:net'
import { type SecureContext, TLSSocket, connect as tlsConnect } from 'node:tls'
import { assert } from '../../ground/assert.ts'
import type { Connection, ConnectionEnd, ConnectionHandler, Endpoint, TlsFacts } from '../../ground/ports/connection.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { channelBindings } from './channel-bindings.ts'
import { bytesPassed } from './memory.ts'

/**
 * A TLS handshake that takes longer is a peer that sleeps. Those who dial us hold a place that others need; a server that we dial may be
 * as slow as servers are.
 */
const HANDSHAKE_TIMEOUT_MS = { server: 15_000, client: 60_000 } as const

export interface ConnectionOptions {
  /** Asked at each server-side handshake, so that a renewed certificate is used at once; absent on the side that dials. */
  readonly secureContext?: () => SecureContext
  /** Who dialled is the client of TLS. */
  readonly dialled?: boolean
}

export class NodeConnection implements Connection {
  readonly remote: Endpoint
  tls: TlsFacts | undefined
  #socket: Socket
  #handler: ConnectionHandler | undefined
  #secureContext: (() => SecureContext) | undefined
  readonly #side: 'server' | 'client'
  #idleMs = 0
  #end: ConnectionEnd = 'closed'
  #detail: string | undefined
  #securing = false

  constructor(socket: Socket, options: ConnectionOptions & { readonly tls?: TlsFacts } = {}) {
    this.#socket = socket
    this.#secureContext = options.secureContext
    this.#side = options.dialled ? 'client' : 'server'
    this.tls = options.tls
    this.remote = endpoint(socket.remoteAddress, socket.remotePort)
    socket.setNoDelay(true)
    this.#listen(socket)
  }

  get local(): Endpoint {
    return endpoint(this.#socket.localAddress, this.#socket.localPort)
  }

  handle(handler: ConnectionHandler): void {
    this.#handler = handler
    this.#socket.on('data', this.#onData)
  }

  write(bytes: Uint8Array | string): boolean {
    bytesPassed(bytes.length)
    return this.#socket.writable ? this.#socket.write(bytes) : true
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  end({ peerIsDone = false }: { readonly peerIsDone?: boolean } = {}): void {
    // With all of it in the hands of the system there is nothing to wait for; under TLS a last record tells of the end.
    if (peerIsDone && this.tls === undefined && this.#socket.writableLength === 0) this.#socket.destroy()
    else this.#socket.end()
  }

  destroy(): void {
    this.#end = 'aborted'
    this.#socket.destroy()
  }

  channelBindings(): ReadonlyMap<string, Uint8Array> {
    const socket = this.#socket
    return this.tls !== undefined && socket instanceof TLSSocket ? channelBindings(socket, this.#side) : new Map()
  }

  idleTimeout(ms: number): void {
    this.#idleMs = ms
    this.#socket.setTimeout(ms)
  }

  async startTls(options: { readonly serverName?: string; readonly verify?: boolean } = {}): Promise<Result<TlsFacts, string>> {
    assert(this.tls === undefined && !this.#securing, 'TLS is started once')
    this.#securing = true
    const plain = this.#socket
    this.#unlisten(plain)
    // What arrived in clear after the command belongs to nobody: RFC 3207 §4.2.
    while (plain.read() !== null);
    const secured = this.#secureContext ? serverSide(plain, this.#secureContext()) : clientSide(plain, options)
    const outcome = await handshake(secured, this.#secureContext ? 'server' : 'client', options.serverName)
    this.#socket = secured
    this.#listen(secured)
    secured.setTimeout(this.#idleMs)
    if (this.#handler) secured.on('data', this.#onData)
    if (outcome.ok) this.tls = outcome.value
    else {
      this.#end = 'tls'
      this.#detail = outcome.error
      if (secured.closed) queueMicrotask(this.#onClose)
    }
    return outcome
  }

  #listen(socket: Socket): void {
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
    socket.on('end', this.#onEnd)
    socket.on('drain', this.#onDrain)
    socket.on('timeout', this.#onTimeout)
    // A server's side tells of a bad record by this event alone, and would stay open.
    socket.on('_tlsError', this.#onBadRecord)
  }

  #unlisten(socket: Socket): void {
    socket.off('data', this.#onData)
    socket.off('close', this.#onClose)
    socket.off('end', this.#onEnd)
    socket.off('drain', this.#onDrain)
    socket.off('timeout', this.#onTimeout)
    socket.setTimeout(0)
  }

  #onData = (bytes: Uint8Array): void => {
    this.#handler?.data(bytes)
    bytesPassed(bytes.length)
  }
  #onEnd = (): void => this.#handler?.ended()
  #onDrain = (): void => this.#handler?.drained()
  #onTimeout = (): void => {
    if (this.#handler?.idle && this.#socket.writable) return this.#handler.idle()
    this.#end = 'timeout'
    this.#socket.destroy()
  }
  #onError = (error: Error & { code?: string }): void => {
    if (this.#end === 'closed') this.#end = error.code?.startsWith('ERR_SSL') ? 'tls' : 'reset'
    this.#detail ??= error.message
  }
  #onBadRecord = (error: Error): void => {
    this.#end = 'tls'
    this.#detail ??= error.message
    this.#socket.destroy()
  }
  #onClose = (): void => {
    const handler = this.#handler
    this.#handler = undefined
    handler?.closed(this.#end, this.#detail)
  }
}

function serverSide(plain: Socket, secureContext: SecureContext): TLSSocket {
  return new TLSSocket(plain, { isServer: true, secureContext })
}

function clientSide(plain: Socket, options: { readonly serverName?: string; readonly verify?: boolean }): TLSSocket {
  return tlsConnect({ socket: plain, ...clientTlsOptions(options) })
}

/** Shared with implicit TLS. A server name that is an address is not sent (RFC 6066 §3). */
export function clientTlsOptions(options: { readonly serverName?: string; readonly verify?: boolean }) {
  const name = options.serverName
  const sendable = name !== undefined && !/^[\d.]+$|:/.test(name)
  return {
    ...(sendable ? { servername: name } : {}),
    rejectUnauthorized: options.verify === true,
    minVersion: 'TLSv1.2' as const,
  }
}

/** Waits for the handshake; a socket that fails it is destroyed. The side that dials also waits for the verdict on the certificate. */
export function handshake(socket: TLSSocket, side: 'server' | 'client', serverName?: string): Promise<Result<TlsFacts, string>> {
  const secureEvent = side === 'client' ? 'secureConnect' : 'secure'
  const timeoutMs = HANDSHAKE_TIMEOUT_MS[side]
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(err(`no TLS handshake within ${timeoutMs / 1000} s`)), timeoutMs)
    const secured = (): void => finish(ok(tlsFacts(socket, serverName)))
    const failed = (error: Error): void => finish(err(error.message))
    const closed = (): void => finish(err('the peer hung up during the TLS handshake'))
    const finish = (outcome: Result<TlsFacts, string>): void => {
      clearTimeout(timer)
      socket.off(secureEvent, secured)
      socket.off('error', failed)
      socket.off('_tlsError', failed)
      socket.off('end', closed)
      socket.off('close', closed)
      if (!outcome.ok) {
        socket.on('error', () => {})
        socket.destroy()
      }
      resolve(outcome)
    }
    socket.on(secureEvent, secured)
    socket.on('error', failed)
    // A server's side tells what was wrong with a handshake by this event alone.
    socket.on('_tlsError', failed)
    // With half-open sockets the end of the peer's side closes nothing; a handshake without the peer leads nowhere.
    socket.on('end', closed)
    socket.on('close', closed)
  })
}

export function tlsFacts(socket: TLSSocket, askedName?: string): TlsFacts {
  const sni = askedName ?? (socket as TLSSocket & { servername?: string | false }).servername
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    verified: socket.authorized,
    ...(typeof sni === 'string' && sni !== '' ? { serverName: sni } : {}),
  }
}

function endpoint(address: string | undefined, port: number | undefined): Endpoint {
  const text = address ?? ''
  return { address: text.startsWith('::ffff:') && text.includes('.') ? text.slice(7) : text, port: port ?? 0 }
}
