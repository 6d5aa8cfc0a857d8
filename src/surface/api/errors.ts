// The closed list of what the API answers when it cannot do what it was asked, and what each means in HTTP.
// Every error says in words what is wrong (`message`) and what to do next (`next`).

import { z } from 'zod'
import { type Err, err } from '../../ground/result.ts'

export const ErrorCode = z.enum([
  'invalid-request',
  'token-required',
  'not-allowed-here',
  'not-found',
  'already-exists',
  'still-in-use',
  'too-large',
  'message-refused',
  'too-many-watchers',
  'internal',
  'try-later',
])
export type ErrorCode = z.infer<typeof ErrorCode>

export const HTTP_STATUS: Readonly<Record<ErrorCode, number>> = {
  'invalid-request': 400,
  'token-required': 401,
  'not-allowed-here': 403,
  'not-found': 404,
  'already-exists': 409,
  'still-in-use': 409,
  'too-large': 413,
  'message-refused': 422,
  'too-many-watchers': 429,
  internal: 500,
  'try-later': 503,
}

export const Failure = z.object({ code: ErrorCode, message: z.string(), next: z.string() })
export type Failure = z.infer<typeof Failure>

export const ErrorAnswer = z.object({ error: Failure })

export function failure(code: ErrorCode, message: string, next: string): Err<Failure> {
  return err({ code, message, next })
}
