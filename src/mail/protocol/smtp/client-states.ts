// The states of an SMTP client and every step between them. Knows nothing of bytes; client.ts says which step is taken when.

import { assert } from '../../../ground/assert.ts'
import type { Phase } from './client-limits.ts'

export type ClientState =
  | 'greeting'
  | 'hello'
  | 'ready'
  | 'starttls'
  | 'handshake'
  | 'auth'
  | 'envelope'
  | 'content'
  | 'final'
  /** A lone dot is on its way: DATA was accepted although no recipient was (RFC 2920 §3.1). */
  | 'discarding'
  | 'quit'
  | 'closed'

export type ClientStep =
  | 'greeted'
  | 'welcomed'
  | 'ask-tls'
  | 'tls-agreed'
  | 'tls-refused'
  | 'secured'
  | 'ask-auth'
  | 'auth-answered'
  | 'begin'
  | 'go-ahead'
  | 'nobody-accepted'
  | 'refused'
  | 'content-ended'
  | 'answered'
  | 'say-goodbye'
  | 'close'

const STEPS: Readonly<Record<ClientState, Readonly<Partial<Record<ClientStep, ClientState>>>>> = {
  greeting: { greeted: 'hello', close: 'closed' },
  hello: { welcomed: 'ready', close: 'closed' },
  ready: { 'ask-tls': 'starttls', 'ask-auth': 'auth', begin: 'envelope', 'say-goodbye': 'quit', close: 'closed' },
  starttls: { 'tls-agreed': 'handshake', 'tls-refused': 'ready', close: 'closed' },
  handshake: { secured: 'hello', close: 'closed' },
  auth: { 'auth-answered': 'ready', close: 'closed' },
  envelope: { 'go-ahead': 'content', 'nobody-accepted': 'discarding', refused: 'ready', close: 'closed' },
  content: { 'content-ended': 'final', close: 'closed' },
  final: { answered: 'ready', close: 'closed' },
  discarding: { answered: 'ready', close: 'closed' },
  quit: { close: 'closed' },
  closed: { close: 'closed' },
}

export function nextState(state: ClientState, step: ClientStep): ClientState {
  const next = STEPS[state][step]
  assert(next !== undefined, `an SMTP client cannot ${step} in state ${state}`)
  return next
}

/** What is being waited for, when it does not depend on the command at the head of a group. */
export const PHASE_OF_STATE: Readonly<Record<ClientState, Phase>> = {
  greeting: 'greeting',
  hello: 'hello',
  ready: 'idle',
  starttls: 'starttls',
  handshake: 'handshake',
  auth: 'auth',
  envelope: 'envelope',
  content: 'block',
  final: 'final',
  discarding: 'final',
  quit: 'quit',
  closed: 'idle',
}
