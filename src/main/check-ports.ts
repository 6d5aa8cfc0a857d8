// `posthorn check`: whether the ports can be opened, or, beside a server that runs, whether those it has answer.

import { connect } from 'node:net'
import { nodeListener } from '../platform/node/listener.ts'
import type { Status } from '../surface/api/api.ts'
import type { CheckResult } from '../surface/cli/cli.ts'
import type { Start } from './settings.ts'

/** On this machine an answer takes no time. */
const CONNECT_TIMEOUT_MS = 2_000

export async function freePorts({ endpoints }: Start): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = []
  for (const { role, host, port } of endpoints) {
    const name = `port ${port} (${role})`
    if (port === 0) continue
    const probe = await nodeListener({ shared: false }).listen({ host, port, tls: 'none', maxConnections: 1 }, (connection) =>
      connection.destroy(),
    )
    if (probe.ok) {
      await probe.value.close()
      results.push({ name, state: 'ok', message: `${host} is free` })
    } else results.push({ name, state: 'failed', message: probe.error.detail, next: portAdvice(probe.error.type) })
  }
  return results
}

function portAdvice(type: string): string {
  if (type === 'in-use') return 'Another program has the port: stop it, or choose another port.'
  if (type === 'forbidden')
    return 'Ports below 1024 need root (the server gives it up afterwards: process.user) or CAP_NET_BIND_SERVICE.'
  return 'The address is not one of this machine.'
}

export async function openPorts({ listeners }: Status): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = []
  for (const { name: role, address, port } of listeners) {
    const name = `port ${port} (${role})`
    const fault = await connectFault(address, port)
    if (fault === undefined) results.push({ name, state: 'ok', message: `${address} answers` })
    else
      results.push({
        name,
        state: 'failed',
        message: `${address} does not answer: ${fault}`,
        next: 'Look into the server’s log, then start it again.',
      })
  }
  return results
}

/** Every address is reached by loopback. */
const LOOPBACK = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
])

function connectFault(address: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: LOOPBACK.get(address) ?? address, port, timeout: CONNECT_TIMEOUT_MS })
    const end = (fault: string | undefined): void => {
      socket.destroy()
      resolve(fault)
    }
    socket.once('connect', () => end(undefined))
    socket.once('timeout', () => end('no answer in time'))
    socket.once('error', (cause) => end(cause.message))
  })
}
