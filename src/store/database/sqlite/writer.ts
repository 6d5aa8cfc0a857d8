// The writer thread's work: takes calls from the ports of the other threads, commits what has gathered, answers. While one commit waits
// for the disk the next batch gathers in the ports, and is taken from there without a turn of the event loop.

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { BATCH_BYTES_MAX, BATCH_CALLS_MAX, BATCHES_PER_TURN_MAX, TRANSFER_BYTES_MIN } from '../limits.ts'
import { openWriter, type WriterOptions } from './connection.ts'
import { type Answer, GroupCommit, type GroupCommitOptions } from './group-commit.ts'
import type { CallMessage, PostedAnswer, PostedCall } from './protocol.ts'

export type StartWriterOptions = WriterOptions & Omit<GroupCommitOptions, 'db'>

export interface Writer {
  /** The writer's end of a channel whose other end a thread gives to `connectStore`. */
  attach(port: MessagePort): void
  /** Commits what has arrived, answers it, and closes the ports and the file. */
  close(): void
}

export function startWriter(options: StartWriterOptions): Writer {
  const db = openWriter(options)
  return new WriterLoop(new GroupCommit({ ...options, db }), () => db.close())
}

interface Waiting {
  readonly port: MessagePort
  readonly call: PostedCall
}

class WriterLoop implements Writer {
  readonly #commits: GroupCommit
  readonly #closeFile: () => void
  readonly #ports = new Set<MessagePort>()
  /** Taken from the ports and not yet in a batch; less than a batch plus one message. */
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #scheduled = false
  #closed = false

  constructor(commits: GroupCommit, closeFile: () => void) {
    this.#commits = commits
    this.#closeFile = closeFile
  }

  attach(port: MessagePort): void {
    this.#ports.add(port)
    port.on('close', () => this.#ports.delete(port))
    port.on('message', (message: CallMessage) => {
      this.#take(port, message)
      this.#work()
    })
  }

  close(): void {
    if (this.#closed) return
    for (this.#gather(); this.#waiting.length > 0; this.#gather()) this.#commitOne()
    this.#closed = true
    for (const port of this.#ports) port.close()
    this.#closeFile()
  }

  #work(): void {
    for (let count = 0; count < BATCHES_PER_TURN_MAX && !this.#closed; count++) {
      this.#gather()
      if (this.#waiting.length === 0) return
      this.#commitOne()
    }
    if (this.#scheduled || this.#closed) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#work()
    })
  }

  /** One message of each port in turn, so that a busy thread does not shut out the others, until a batch is full or nothing is left. */
  #gather(): void {
    for (let found = true; found && !this.#full; ) {
      found = false
      for (const port of this.#ports) {
        const received = receiveMessageOnPort(port) as { readonly message: CallMessage } | undefined
        if (!received) continue
        this.#take(port, received.message)
        found = true
      }
    }
  }

  get #full(): boolean {
    return this.#waiting.length >= BATCH_CALLS_MAX || this.#waitingBytes >= BATCH_BYTES_MAX
  }

  #take(port: MessagePort, message: CallMessage): void {
    for (const call of message) {
      this.#waiting.push({ port, call })
      this.#waitingBytes += call.sizeBytes
    }
  }

  #commitOne(): void {
    let bytes = 0
    let count = 0
    for (const { call } of this.#waiting) {
      if (count >= BATCH_CALLS_MAX || (count > 0 && bytes + call.sizeBytes > BATCH_BYTES_MAX)) break
      bytes += call.sizeBytes
      count++
    }
    const batch = this.#waiting.slice(0, count)
    this.#waiting = this.#waiting.slice(count)
    this.#waitingBytes -= bytes
    post(batch, this.#commits.run(batch.map((waiting) => waiting.call)))
    for (const { call } of batch) if (call.sizeBytes >= TRANSFER_BYTES_MIN) letGo(call.args)
  }
}

/**
 * Large bytes are freed as soon as they are committed. They lie outside V8's heap, and this thread makes so little garbage inside it that
 * tens of megabytes would wait for the next collection.
 */
function letGo(value: unknown): void {
  if (value instanceof Uint8Array) {
    if (value.length >= TRANSFER_BYTES_MIN && value.buffer instanceof ArrayBuffer) value.buffer.transfer(0)
  } else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) letGo(part)
}

/** One message for each port. */
function post(batch: readonly Waiting[], answers: readonly Answer[]): void {
  const byPort = new Map<MessagePort, PostedAnswer[]>()
  for (const [index, { port, call }] of batch.entries()) {
    const answer = { id: call.id, ...(answers[index] as Answer) }
    const list = byPort.get(port)
    if (list) list.push(answer)
    else byPort.set(port, [answer])
  }
  for (const [port, list] of byPort) postOrFail(port, list)
}

function postOrFail(port: MessagePort, list: readonly PostedAnswer[]): void {
  try {
    port.postMessage(list)
  } catch (cause) {
    // A result that cannot cross threads is its procedure's bug; the others of the batch shall not suffer for it.
    const error = { type: 'failed' as const, detail: `the result cannot be sent: ${String(cause)}` }
    for (const answer of list) if (!sent(port, answer)) port.postMessage([{ id: answer.id, ok: false, error }])
  }
}

function sent(port: MessagePort, answer: PostedAnswer): boolean {
  try {
    port.postMessage([answer])
    return true
  } catch {
    return false
  }
}
