// The commands a client writes, as lines with their CR LF.

import { assert } from '../../../ground/assert.ts'
import type { Capabilities } from './client-capabilities.ts'

/** One transaction. Addresses as they stand between the angle brackets. */
export interface ClientEnvelope {
  /** Empty for `<>`. */
  readonly reversePath: string
  /** At least one. */
  readonly recipients: readonly string[]
  readonly sizeBytes: number
  readonly eightBit: boolean
  readonly smtpUtf8: boolean
}

/** Parameters only for what was offered (RFC 5321 §4.1.1.11). */
export function mailLine(envelope: ClientEnvelope, capabilities: Capabilities): string {
  const size = capabilities.has('SIZE') ? ` SIZE=${envelope.sizeBytes}` : ''
  const body = envelope.eightBit && capabilities.has('8BITMIME') ? ' BODY=8BITMIME' : ''
  const utf8 = envelope.smtpUtf8 && capabilities.has('SMTPUTF8') ? ' SMTPUTF8' : ''
  return `MAIL FROM:<${safe(envelope.reversePath)}>${size}${body}${utf8}\r\n`
}

export function recipientLine(address: string): string {
  return `RCPT TO:<${safe(address)}>\r\n`
}

/** RFC 4954 §4: an empty initial response is written "=". */
export function authLine(mechanism: string, initial: Uint8Array | undefined): string {
  if (initial === undefined) return `AUTH ${mechanism}\r\n`
  return `AUTH ${mechanism} ${initial.length === 0 ? '=' : base64(initial)}\r\n`
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/** An address with a line break in it would be a second command. Whoever calls has checked; here it is a bug. */
export function isSafeOnTheWire(text: string): boolean {
  return !CONTROL.test(text)
}

const CONTROL = /[\x00-\x1f\x7f]/

function safe(text: string): string {
  assert(isSafeOnTheWire(text), 'no control characters in a command')
  return text
}
