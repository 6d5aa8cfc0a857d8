// What the server core remembers of a connection between commands, and how each step changes it.

import type { Offer, State } from './capabilities.ts'
import type { Extension } from './command.ts'
import type { ReaderBounds } from './command-reader.ts'
import type { ParseContext } from './cursor.ts'
import { COMMAND_OCTETS_BEFORE_LOGIN_MAX, COMMAND_OCTETS_MAX, SKIP_OCTETS_BEFORE_LOGIN_MAX, SKIP_OCTETS_MAX } from './limits.ts'

export interface ImapServerOptions extends Offer {
  /** Said in the greeting. */
  readonly hostname: string
}

export class Session {
  readonly hostname: string
  offer: Offer
  state: State = 'not-authenticated'
  readOnly = false
  enabled: ReadonlySet<Extension> = new Set()

  constructor({ hostname, ...offer }: ImapServerOptions) {
    this.hostname = hostname
    this.offer = offer
  }

  get context(): ParseContext {
    const { state, enabled, offer, readOnly } = this
    return { state, enabled, offer, readOnly }
  }

  get bounds(): ReaderBounds {
    return this.state === 'not-authenticated' ? BOUNDS_BEFORE_LOGIN : BOUNDS
  }

  authenticated(): void {
    this.state = 'authenticated'
  }

  /** RFC 8437: as after the greeting, but for TLS. */
  unauthenticated(): void {
    this.unselected()
    this.state = 'not-authenticated'
    this.enabled = new Set()
  }

  selected({ readOnly }: { readonly readOnly: boolean }): void {
    this.state = 'selected'
    this.readOnly = readOnly
  }

  unselected(): void {
    if (this.state === 'selected') this.state = 'authenticated'
    this.readOnly = false
  }

  /** Those that were not on before, as they were asked for; QRESYNC brings CONDSTORE along (RFC 7162 §3.2.3). */
  enable(extensions: readonly Extension[]): readonly Extension[] {
    const fresh = extensions.filter((extension) => !this.enabled.has(extension))
    const implied: readonly Extension[] = fresh.includes('QRESYNC') ? ['CONDSTORE'] : []
    this.enabled = new Set([...this.enabled, ...fresh, ...implied])
    return fresh
  }

  tlsStarted(mechanisms: readonly string[] | undefined): void {
    this.offer = { ...this.offer, startTls: false, passwords: true, mechanisms: mechanisms ?? this.offer.mechanisms }
  }
}

export const BOUNDS_BEFORE_LOGIN: ReaderBounds = {
  octetsMax: COMMAND_OCTETS_BEFORE_LOGIN_MAX,
  skipOctetsMax: SKIP_OCTETS_BEFORE_LOGIN_MAX,
}

const BOUNDS: ReaderBounds = { octetsMax: COMMAND_OCTETS_MAX, skipOctetsMax: SKIP_OCTETS_MAX }
