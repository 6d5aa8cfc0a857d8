// The control socket seen from outside: the same operations, asked over HTTP of the server that runs.

import { request as httpRequest, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { z } from 'zod'
import { ok, type Result } from '../../ground/result.ts'
import * as contract from './contract.ts'
import { ErrorAnswer, type Failure, failure } from './errors.ts'
import { ANSWER_BYTES_MAX, ANSWER_TIMEOUT_MS } from './limits.ts'
import type { Operations, Submission } from './operations.ts'

interface Asked {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly json?: object
  readonly message?: AsyncIterable<Uint8Array>
}

interface Answered {
  readonly status: number
  readonly body: string
}

/** Operations of the server behind the socket. `undefined` when nobody answers there. */
export async function connectControl(socketPath: string): Promise<Operations | undefined> {
  const operations = remoteOperations(socketPath)
  const status = await exchange(socketPath, { method: 'GET', path: '/v1/status' })
  return status.ok ? operations : undefined
}

function remoteOperations(socketPath: string): Operations {
  const ask = <S extends z.ZodType>(schema: S, asked: Asked): Promise<Result<z.output<S>, Failure>> =>
    question(socketPath, schema, asked)
  const one = encodeURIComponent
  return {
    status: () => ask(contract.Status, { method: 'GET', path: '/v1/status' }),
    reload: () => ask(contract.Reloaded, { method: 'POST', path: '/v1/reload' }),
    stop: () => ask(contract.Done, { method: 'POST', path: '/v1/stop' }),
    listDomains: () => ask(contract.Domains, { method: 'GET', path: '/v1/domains' }),
    addDomain: (name) => ask(contract.Domain, { method: 'POST', path: '/v1/domains', json: { name } }),
    removeDomain: (name) => ask(contract.Done, { method: 'DELETE', path: `/v1/domains/${one(name)}` }),
    listUsers: (domain) => ask(contract.Users, { method: 'GET', path: `/v1/users${queryOf({ domain })}` }),
    addUser: (user) => ask(contract.UserAdded, { method: 'POST', path: '/v1/users', json: user }),
    setPassword: (address, password) =>
      ask(contract.PasswordWasSet, { method: 'PUT', path: `/v1/users/${one(address)}/password`, json: { password } }),
    removeUser: (address) => ask(contract.Done, { method: 'DELETE', path: `/v1/users/${one(address)}` }),
    send: (submission: Submission) =>
      ask(contract.Sent, { method: 'POST', path: `/v1/messages${queryOf(submission)}`, message: submission.content }),
    queue: (asked) => ask(contract.QueueAnswer, { method: 'GET', path: `/v1/queue${queryOf(asked)}` }),
    changeQueue: (change) => ask(contract.QueueChanged, { method: 'POST', path: '/v1/queue/change', json: change }),
    journeys: (asked) => ask(contract.JourneysAnswer, { method: 'GET', path: `/v1/journeys${queryOf(asked)}` }),
    journey: (id) => ask(contract.Journey, { method: 'GET', path: `/v1/journeys/${one(id)}` }),
  }
}

/** Strings and numbers, and lists of strings; anything else is not part of a query. */
function queryOf(values: object): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'string' || typeof value === 'number') query.append(name, String(value))
    else if (Array.isArray(value)) for (const item of value) query.append(name, String(item))
  }
  const text = query.toString()
  return text ? `?${text}` : ''
}

async function question<S extends z.ZodType>(socketPath: string, schema: S, asked: Asked): Promise<Result<z.output<S>, Failure>> {
  const answered = await exchange(socketPath, asked)
  if (!answered.ok) return answered
  const json = parseJson(answered.value.body)
  if (answered.value.status >= 400) {
    const refused = ErrorAnswer.safeParse(json)
    if (refused.success) return failure(refused.data.error.code, refused.data.error.message, refused.data.error.next)
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return ok(parsed.data)
  return failure(
    'internal',
    'The server’s answer could not be understood.',
    'Check that the command and the server have the same version.',
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function exchange(socketPath: string, asked: Asked): Promise<Result<Answered, Failure>> {
  return new Promise((resolve) => {
    const body = asked.json === undefined ? undefined : JSON.stringify(asked.json)
    // Asked to close, the server would do so with a refusal while the message is still coming, and the refusal would be lost on the way.
    const headers: Record<string, string> = { host: 'control', connection: 'keep-alive' }
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (asked.message) headers['content-type'] = 'message/rfc822'
    const request = httpRequest({
      socketPath,
      method: asked.method,
      path: asked.path,
      headers,
      timeout: ANSWER_TIMEOUT_MS,
      agent: false,
    })
    const message = asked.message && new Watched(asked.message)
    let answered = false
    const fail = (fault: Error): void => resolve(message?.fault === undefined ? unreachable(fault) : unreadable(message.fault))
    request.on('error', (fault) => {
      if (!answered) fail(fault) // Once an answer has begun, whether it comes to its end decides.
    })
    request.once('timeout', () => request.destroy(new Error('no answer in time')))
    request.once('response', (response) => {
      answered = true
      readAnswer(response)
        .then((text) => resolve(ok({ status: response.statusCode ?? 0, body: text })), fail)
        .finally(() => request.destroy()) // A refusal may come before the message was sent to its end: the rest is not wanted.
    })
    if (message)
      pipeline(Readable.from(message), request).catch(() => undefined) // Told by 'error', or by an early refusal.
    else request.end(body)
  })
}

/** Remembers why it could not be read to its end: the connection that breaks with it is not to blame. */
class Watched implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncIterable<Uint8Array>
  fault: unknown

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#source
    } catch (fault) {
      this.fault = fault
      throw fault
    }
  }
}

async function readAnswer(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > ANSWER_BYTES_MAX) throw new Error('the answer is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function unreadable(fault: unknown) {
  const why = fault instanceof Error ? fault.message : String(fault)
  return failure(
    'invalid-request',
    `The message cannot be read to its end: ${why}.`,
    'Nothing was sent. Check where it comes from.',
  )
}

function unreachable(fault: Error) {
  return failure('try-later', `The server does not answer: ${fault.message}.`, 'Is it running? "posthorn up" starts it.')
}
