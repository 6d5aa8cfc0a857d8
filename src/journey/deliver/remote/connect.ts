// From an address to a channel that is ready for mail: dial, greeting, EHLO, TLS as the plan wants it, login where it has one.

import type { Dialer } from '../../../ground/ports/connection.ts'
import { err, ok, type Result } from '../../../ground/result.ts'
import { startClientExchange } from '../../../mail/protocol/sasl/sasl.ts'
import type { ClientObserver } from '../../../mail/protocol/smtp/smtp.ts'
import { addressFamily, type RouteCredentials, type TlsPolicy } from '../../route/route.ts'
import { Channel, type ChannelOptions } from './channel.ts'
import type { RemoteSettings } from './settings.ts'
import type { Trouble } from './trouble.ts'

export interface Target {
  readonly host: string
  readonly address: string
  readonly port: number
  /** What the plan asks for. */
  readonly tlsPolicy: TlsPolicy
  readonly credentials: RouteCredentials | undefined
}

export interface ConnectParts {
  readonly dialer: Dialer
  readonly settings: RemoteSettings
  readonly channel: ChannelOptions
  /** Told of the channel at once, to watch its deadline, and when it came to nothing. */
  readonly watch: (channel: Channel) => void
  readonly forget: (channel: Channel) => void
}

/** `tls`: what to do this time; `none` when TLS has just failed here and clear is allowed. */
export async function connect(
  parts: ConnectParts,
  target: Target,
  tls: TlsPolicy,
  observer: ClientObserver,
): Promise<Result<Channel, Trouble>> {
  const connection = await parts.dialer.dial({
    address: target.address,
    port: target.port,
    timeoutMs: parts.settings.connectTimeout,
    ...sourceAddress(parts.settings, target.address),
    ...(tls === 'implicit' ? { tls: { serverName: target.host, verify: true } } : {}),
  })
  if (!connection.ok) return err({ type: 'dial', error: connection.error })
  const channel = new Channel(connection.value, parts.channel)
  channel.observe(observer)
  parts.watch(channel)
  const trouble = await prepare(channel, target, tls)
  if (trouble === undefined) return ok(channel)
  channel.quit()
  parts.forget(channel)
  return err(trouble)
}

/** One address for each family: binding to one of IPv6 must not force all connections into it. */
function sourceAddress(settings: RemoteSettings, address: string): { localAddress?: string } {
  const source = addressFamily(address) === 6 ? settings.sourceAddress6 : settings.sourceAddress4
  return source === '' ? {} : { localAddress: source }
}

async function prepare(channel: Channel, target: Target, tls: TlsPolicy): Promise<Trouble | undefined> {
  const ready = await channel.ready()
  if (!ready.ok) return ready.error
  return (await secure(channel, target, tls)) ?? (await login(channel, target))
}

async function secure(channel: Channel, target: Target, tls: TlsPolicy): Promise<Trouble | undefined> {
  if (tls === 'none' || tls === 'implicit') return undefined
  const required = tls === 'required'
  if (!channel.capabilities.has('STARTTLS')) return required ? { type: 'tls-missing' } : undefined
  const secured = await channel.startTls({ serverName: target.host, verify: required })
  if (!secured.ok) return secured.error
  if (secured.value === 'secured') return undefined
  if (secured.value === 'refused') return required ? { type: 'tls-missing' } : undefined
  return { type: 'tls-failed', detail: secured.value.failed }
}

async function login(channel: Channel, target: Target): Promise<Trouble | undefined> {
  const { credentials } = target
  if (!credentials) return undefined
  // A password goes over the wire in clear only where the operator wrote "none".
  if (channel.tls === undefined && target.tlsPolicy !== 'none')
    return { type: 'login', detail: 'the password is not sent without TLS' }
  const exchange = startClientExchange(channel.capabilities.get('AUTH') ?? [], {
    authorize: undefined,
    name: credentials.username,
    password: credentials.password,
  })
  if (!exchange) return { type: 'login', detail: 'the host offers no way to log in that we know' }
  const answer = await channel.authenticate(exchange)
  if (!answer.ok) return answer.error
  if (answer.value === 'accepted') return undefined
  const reply = answer.value.refused
  return { type: 'login', detail: 'the host refused the login', ...(reply ? { reply } : {}) }
}
