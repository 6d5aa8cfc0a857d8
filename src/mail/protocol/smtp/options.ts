// What a listener tells its SMTP cores, and the answer to EHLO that follows from it.

export type Extension = 'PIPELINING' | '8BITMIME' | 'SMTPUTF8' | 'CHUNKING' | 'ENHANCEDSTATUSCODES'

/** One object for all connections of a listener. */
export interface SmtpServerOptions {
  /** Our name, as in the greeting and the answer to EHLO. */
  readonly hostname: string
  /** Announced as SIZE, and held to: larger content is refused with 552. */
  readonly sizeBytesMax: number
  /** Default 1000. */
  readonly recipientsMax?: number
  /** Default 20. */
  readonly badCommandsMax?: number
  /** Default 100. */
  readonly idleCommandsMax?: number
  /** Offered while TLS is not active. Default false. */
  readonly startTls?: boolean
  /** False on a listener where nobody signs in: AUTH is then not there at all, instead of only after TLS. Default true. */
  readonly signIn?: boolean
  /** SASL mechanisms offered before TLS; usually none. */
  readonly mechanisms?: readonly string[]
  /** Extensions that are on unless turned off here. */
  readonly without?: ReadonlySet<Extension>
}

/** The `with` keyword of Received (RFC 3848, RFC 6531 §4.3). */
export type TransmissionType = 'SMTP' | `${'ESMTP' | 'UTF8SMTP'}${'' | 'S' | 'A' | 'SA'}`

const ALWAYS: readonly Extension[] = ['PIPELINING', '8BITMIME', 'SMTPUTF8', 'CHUNKING', 'ENHANCEDSTATUSCODES']

export function isOn(options: SmtpServerOptions, extension: Extension): boolean {
  return options.without?.has(extension) !== true
}

export interface SessionFacts {
  readonly tls: boolean
  readonly authenticated: boolean
  readonly mechanisms: readonly string[]
}

/** The lines after the first one of EHLO's answer. */
export function extensionLines(options: SmtpServerOptions, session: SessionFacts): string[] {
  const lines: string[] = ALWAYS.filter((extension) => isOn(options, extension))
  lines.push(`SIZE ${options.sizeBytesMax}`, 'HELP')
  if (options.startTls === true && !session.tls) lines.push('STARTTLS')
  if (session.mechanisms.length > 0 && !session.authenticated) lines.push(`AUTH ${session.mechanisms.join(' ')}`)
  return lines
}
