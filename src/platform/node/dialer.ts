// The Dialer port on Node.

import { connect, type Socket } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import type { Connection, DialError, Dialer, DialOptions } from '../../ground/ports/connection.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import { clientTlsOptions, handshake, NodeConnection } from './connection.ts'

export const nodeDialer: Dialer = {
  async dial(options): Promise<Result<Connection, DialError>> {
    const socket = await connected(options)
    if (!socket.ok) return socket
    if (!options.tls) return ok(new NodeConnection(socket.value, { dialled: true }))
    const secured = tlsConnect({ socket: socket.value, ...clientTlsOptions(options.tls) })
    const outcome = await handshake(secured, 'client', options.tls.serverName)
    if (!outcome.ok) return err({ type: 'tls', detail: outcome.error })
    return ok(new NodeConnection(secured, { tls: outcome.value, dialled: true }))
  },
}

function connected(options: DialOptions): Promise<Result<Socket, DialError>> {
  return new Promise((resolve) => {
    const socket = connect({
      host: options.address,
      port: options.port,
      noDelay: true,
      ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
    })
    const timer = setTimeout(
      () => fail({ type: 'timeout', detail: `no connection within ${options.timeoutMs} ms` }),
      options.timeoutMs,
    )
    const aborted = (): void => fail({ type: 'reset', detail: 'aborted' })
    const failed = (error: Error & { code?: string }): void => fail(dialError(error))
    function settle(): void {
      clearTimeout(timer)
      socket.off('error', failed)
      options.signal?.removeEventListener('abort', aborted)
    }
    function fail(error: DialError): void {
      settle()
      socket.on('error', () => {})
      socket.destroy()
      resolve(err(error))
    }
    socket.once('error', failed)
    socket.once('connect', () => {
      settle()
      resolve(ok(socket))
    })
    if (options.signal?.aborted) aborted()
    else options.signal?.addEventListener('abort', aborted, { once: true })
  })
}

function dialError(error: Error & { code?: string }): DialError {
  if (error.code === 'ECONNREFUSED') return { type: 'refused', detail: error.message }
  if (error.code === 'ETIMEDOUT') return { type: 'timeout', detail: error.message }
  if (error.code === 'ECONNRESET') return { type: 'reset', detail: error.message }
  return { type: 'unreachable', detail: error.message }
}
