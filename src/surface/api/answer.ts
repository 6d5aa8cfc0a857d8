// From the outcome of an operation to an HTTP answer, and from anything that goes wrong to words.

import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { issueWords } from '../../ground/issue-words.ts'
import type { Log } from '../../ground/ports/log.ts'
import { ok, type Result } from '../../ground/result.ts'
import { type Failure, failure, HTTP_STATUS } from './errors.ts'
import type { Answer } from './operations.ts'

export async function answer<T>(reply: FastifyReply, answered: Answer<T>, status = 200): Promise<FastifyReply> {
  const result = await answered
  return result.ok ? reply.code(status).send(result.value) : refuse(reply, result.error)
}

export function refuse(reply: FastifyReply, error: Failure): FastifyReply {
  return reply.code(HTTP_STATUS[error.code]).send({ error })
}

/** Checks a query or a body; the words name the first field that is wrong. */
export function check<S extends z.ZodType>(schema: S, value: unknown): Result<z.output<S>, Failure> {
  const parsed = schema.safeParse(value ?? {})
  if (parsed.success) return ok(parsed.data)
  const issue = parsed.error.issues[0]
  const where = issue?.path.join('.') ?? ''
  return failure(
    'invalid-request',
    `${where || 'The question'}: ${issue ? issueWords(issue) : 'is wrong'}.`,
    'Correct the field and ask again; docs/api.md lists what each question takes.',
  )
}

/** The last net: faults become one answer without a stack, unknown routes get words. The cause goes to the log. */
export function speakPlainly(app: FastifyInstance, log: Log): void {
  app.setNotFoundHandler((request, reply) =>
    refuse(reply, {
      code: 'not-found',
      message: `There is nothing at ${request.method} ${pathOf(request)}.`,
      next: 'docs/api.md lists every address.',
    }),
  )
  app.setErrorHandler((error: FastifyError, request, reply) => refuse(reply, fromFault(error, request, log)))
}

function fromFault(error: FastifyError, request: FastifyRequest, log: Log): Failure {
  if (error.statusCode === 413) {
    return { code: 'too-large', message: 'The body is larger than this address takes.', next: 'Send less in one request.' }
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return {
      code: 'invalid-request',
      message: error.message,
      next: 'Correct the request and ask again; docs/api.md shows each one.',
    }
  }
  log.error('a request failed', { method: request.method, path: pathOf(request), cause: error.stack ?? error.message })
  return {
    code: 'internal',
    message: 'Something went wrong inside the server.',
    next: 'Nothing was lost; try again. The server’s log has the details.',
  }
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]?.slice(0, 200) ?? ''
}
