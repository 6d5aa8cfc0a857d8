// The control socket: everything the command line can ask, as HTTP on a socket only its owner can open. The socket is the authentication.

import type { Readable } from 'node:stream'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import type { z } from 'zod'
import type { Log } from '../../ground/ports/log.ts'
import { answer, check, refuse, speakPlainly } from './answer.ts'
import { DomainAdd, JourneysQuestion, PasswordSet, QueueChange, QueueQuestion, SendQuestion, UserAdd } from './contract.ts'
import type { Failure } from './errors.ts'
import { JSON_BODY_BYTES_MAX } from './limits.ts'
import type { Operations } from './operations.ts'

export interface ControlOptions {
  readonly operations: Operations
  readonly log: Log
  /** Of one message, as the session would take it. */
  readonly messageBytesMax: number
}

export function controlServer(options: ControlOptions): FastifyInstance {
  const app = Fastify({ bodyLimit: JSON_BODY_BYTES_MAX, forceCloseConnections: true, routerOptions: { maxParamLength: 400 } })
  speakPlainly(app, options.log)
  serveServer(app, options.operations)
  serveDirectory(app, options.operations)
  serveQueue(app, options.operations)
  serveMessages(app, options)
  return app
}

function serveServer(app: FastifyInstance, operations: Operations): void {
  app.get('/v1/status', (_request, reply) => answer(reply, operations.status()))
  app.post('/v1/reload', (_request, reply) => answer(reply, operations.reload()))
  app.post('/v1/stop', (_request, reply) => answer(reply, operations.stop()))
}

function serveDirectory(app: FastifyInstance, operations: Operations): void {
  app.get('/v1/domains', (_request, reply) => answer(reply, operations.listDomains()))
  app.post('/v1/domains', (request, reply) =>
    checked(reply, DomainAdd, request.body, ({ name }) => answer(reply, operations.addDomain(name), 201)),
  )
  app.delete<{ Params: { name: string } }>('/v1/domains/:name', (request, reply) =>
    answer(reply, operations.removeDomain(request.params.name)),
  )
  app.get<{ Querystring: { domain?: string } }>('/v1/users', (request, reply) =>
    answer(reply, operations.listUsers(request.query.domain)),
  )
  app.post('/v1/users', (request, reply) =>
    checked(reply, UserAdd, request.body, (user) => answer(reply, operations.addUser(user), 201)),
  )
  app.put<{ Params: { address: string } }>('/v1/users/:address/password', (request, reply) =>
    checked(reply, PasswordSet, request.body, ({ password }) =>
      answer(reply, operations.setPassword(request.params.address, password)),
    ),
  )
  app.delete<{ Params: { address: string } }>('/v1/users/:address', (request, reply) =>
    answer(reply, operations.removeUser(request.params.address)),
  )
}

function serveQueue(app: FastifyInstance, operations: Operations): void {
  app.get('/v1/queue', (request, reply) =>
    checked(reply, QueueQuestion, request.query, (question) => answer(reply, operations.queue(question))),
  )
  app.post('/v1/queue/change', (request, reply) =>
    checked(reply, QueueChange, request.body, (change) => answer(reply, operations.changeQueue(change))),
  )
  app.get('/v1/journeys', (request, reply) =>
    checked(reply, JourneysQuestion, request.query, (question) => answer(reply, operations.journeys(question))),
  )
  app.get<{ Params: { id: string } }>('/v1/journeys/:id', (request, reply) =>
    answer(reply, operations.journey(request.params.id)),
  )
}

/**
 * The message is never held whole: it flows into the session's own way of accepting as it comes in. What is left of one that was refused
 * is read and thrown away until its sender has heard the refusal and goes: one who writes when nobody reads never hears anything.
 */
function serveMessages(app: FastifyInstance, options: ControlOptions): void {
  app.addContentTypeParser('message/rfc822', (_request, payload, done) => done(null, payload))
  app.post('/v1/messages', { bodyLimit: Number.MAX_SAFE_INTEGER }, (request, reply) =>
    checked(reply, SendQuestion, request.query, async (question) => {
      if (request.headers['content-type'] !== 'message/rfc822') return refuse(reply, WRONG_TYPE)
      const body = new BoundedContent(request.body as Readable, options.messageBytesMax)
      try {
        return await answer(reply, options.operations.send({ ...question, content: body }), 202)
      } catch (fault) {
        if (body.exceeded) return refuse(reply, tooLarge(options.messageBytesMax))
        throw fault
      } finally {
        request.raw.resume()
      }
    }),
  )
}

/** Passes on at most so many bytes, then ends with a fault: what was begun with it must not be kept. */
class BoundedContent implements AsyncIterable<Uint8Array> {
  readonly #source: Readable
  readonly #bytesMax: number
  exceeded = false

  constructor(source: Readable, bytesMax: number) {
    this.#source = source
    this.#bytesMax = bytesMax
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    let sizeBytes = 0
    // Whoever leaves early must not take the connection with it: the answer goes over it.
    for await (const chunk of this.#source.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      sizeBytes += chunk.length
      this.exceeded = sizeBytes > this.#bytesMax
      if (this.exceeded) throw new RangeError('the message is larger than the limit')
      yield chunk
    }
  }
}

const WRONG_TYPE: Failure = {
  code: 'invalid-request',
  message: 'The body must be the message itself.',
  next: 'Send it with Content-Type: message/rfc822.',
}

function tooLarge(bytesMax: number): Failure {
  return {
    code: 'too-large',
    message: `The message is larger than ${bytesMax} bytes, the most this server takes.`,
    next: 'Make its attachments smaller, or raise the setting for the largest message.',
  }
}

function checked<S extends z.ZodType>(
  reply: FastifyReply,
  schema: S,
  value: unknown,
  run: (value: z.output<S>) => Promise<FastifyReply>,
): Promise<FastifyReply> | FastifyReply {
  const result = check(schema, value)
  return result.ok ? run(result.value) : refuse(reply, result.error)
}
