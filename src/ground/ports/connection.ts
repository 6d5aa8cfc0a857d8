// A byte stream to a peer, in either direction: what a Listener hands out and a Dialer returns.

import type { Result } from '../result.ts'

export interface Endpoint {
  /** Textual IP address, IPv4-mapped IPv6 already written as IPv4. */
  readonly address: string
  readonly port: number
}

export interface TlsFacts {
  /** `TLSv1.3`. */
  readonly protocol: string
  /** `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string
  /** Whether the peer's certificate was verified for the name asked; false for a server side without client certificates. */
  readonly verified: boolean
  /** Server name the client asked for (SNI), or the one we asked for. */
  readonly serverName?: string
}

/** Why a connection ended. `closed`: the peer hung up in order; the others are faults. */
export type ConnectionEnd = 'closed' | 'reset' | 'timeout' | 'tls' | 'aborted'

export interface ConnectionHandler {
  /** The bytes are the handler's from now on: nobody writes to them again. */
  data(bytes: Uint8Array): void
  /** The peer has sent its last byte (half close); we may still write. */
  ended(): void
  /** All that was written has left our buffers; called only after `write` returned false. */
  drained(): void
  /** Nothing was heard or said for as long as `idleTimeout` says. Without this the connection ends with `timeout`. */
  idle?(): void
  /** Last call of all. `detail` is for the operator. */
  closed(end: ConnectionEnd, detail?: string): void
}

export interface Connection {
  readonly local: Endpoint
  readonly remote: Endpoint
  readonly tls: TlsFacts | undefined
  /** Must be called in the same turn in which the connection was received. */
  handle(handler: ConnectionHandler): void
  /** False when the peer is slower than we are: wait for `drained`. The bytes are copied or sent before it returns. */
  write(bytes: Uint8Array | string): boolean
  /** Stops `data` (back-pressure reaches the peer through TCP's window). */
  pause(): void
  resume(): void
  /** Server side: `credentials` of the listener. Bytes received in clear and not yet handed out are thrown away (RFC 3207 §4.2). */
  startTls(options?: { readonly serverName?: string; readonly verify?: boolean }): Promise<Result<TlsFacts, string>>
  /** Sends what is buffered, then closes. `peerIsDone`: it has said that it sends nothing more; its end is not awaited. */
  end(options?: { readonly peerIsDone?: boolean }): void
  /** Closes at once; what is buffered is lost. */
  destroy(): void
  /** Ends the connection with `timeout` after so long without a byte in either direction; 0 turns it off. */
  idleTimeout(ms: number): void
  /**
   * What tells this TLS connection from every other, by its registered name, best first (RFC 5056): `tls-exporter` (RFC 9266),
   * `tls-server-end-point` (RFC 5929 §4). Empty in clear; absent where there is never any.
   */
  channelBindings?(): ReadonlyMap<string, Uint8Array>
}

export type DialError =
  | { readonly type: 'refused' | 'unreachable' | 'timeout' | 'reset'; readonly detail: string }
  | { readonly type: 'tls'; readonly detail: string }

export interface DialOptions {
  readonly address: string
  readonly port: number
  readonly timeoutMs: number
  /** Implicit TLS from the first byte. */
  readonly tls?: { readonly serverName?: string; readonly verify?: boolean }
  readonly localAddress?: string
  readonly signal?: AbortSignal
}

export interface Dialer {
  dial(options: DialOptions): Promise<Result<Connection, DialError>>
}

/** PEM texts. */
export interface TlsCredentials {
  readonly certificate: string
  readonly key: string
}

export interface ListenOptions {
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  readonly tls: 'none' | 'starttls' | 'implicit'
  readonly credentials?: TlsCredentials
  /** Beyond it new connections are handed to `refused`, which may write one line before it closes them. */
  readonly maxConnections: number
}

export type ListenError = { readonly type: 'in-use' | 'forbidden' | 'bad-address'; readonly detail: string }

export interface OpenListener {
  readonly port: number
  /** New certificate for the handshakes from now on. */
  renew(credentials: TlsCredentials): void
  /** Another `maxConnections` for those that come from now on. */
  limit(maxConnections: number): void
  /** Takes no new connections; the open ones go on. */
  close(): Promise<void>
}

export interface Listener {
  listen(
    options: ListenOptions,
    accept: (connection: Connection) => void,
    refused?: (connection: Connection) => void,
  ): Promise<Result<OpenListener, ListenError>>
}
