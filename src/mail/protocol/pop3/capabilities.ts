// What the server says it can do, in answer to CAPA (RFC 2449) and to a bare AUTH.

export interface Offer {
  /** STLS can be used now: the listener has a certificate and the connection is not encrypted yet. */
  readonly startTls: boolean
  /** Logins with a password are taken on this connection as it is. */
  readonly passwords: boolean
  /** SASL mechanisms, best first. */
  readonly mechanisms: readonly string[]
}

/**
 * RFC 2449 §5: what can be used before the login is announced after it too. No LOGIN-DELAY, because there is none, and no APOP:
 * it needs the password itself on the server, and Posthorn keeps only argon2id hashes. The version is nobody's business.
 */
export function capabilities(offer: Offer): readonly string[] {
  const lines = ['TOP', 'UIDL', 'RESP-CODES', 'AUTH-RESP-CODE', 'PIPELINING', 'EXPIRE NEVER']
  if (offer.startTls) lines.push('STLS')
  if (offer.passwords) lines.push('USER', `SASL ${offer.mechanisms.join(' ')}`)
  lines.push('IMPLEMENTATION Posthorn')
  return lines
}
