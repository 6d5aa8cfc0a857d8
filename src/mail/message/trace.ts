// The trace fields of final delivery: Return-Path (RFC 5321 §4.4) and Delivered-To (RFC 9228). Received is in received.ts.

import { assert } from '../../ground/assert.ts'
import { headerField } from './field.ts'

/** Written once, by whoever puts the message into a mailbox. The null reverse path is the empty text. */
export function returnPathHeader(reversePath: string): string {
  assert(!/[<>]/.test(unquoted(reversePath)), 'an address with angle brackets')
  return headerField('Return-Path', `<${reversePath}>`)
}

/** Tells a loop of forwarding from a message that merely took many hops. */
export function deliveredToHeader(address: string): string {
  assert(address !== '', 'Delivered-To needs an address')
  return headerField('Delivered-To', address)
}

// In a quoted local part an angle bracket is allowed and harmless.
function unquoted(address: string): string {
  return address.replace(/^"(?:[^"\\]|\\.)*"/, '')
}
