// A thread with writers over the contract's procedures: one for each database that the tests ask for.

import { type MessagePort, parentPort } from 'node:worker_threads'
import type { Procedure } from '../procedure.ts'
import { startWriter, type Writer } from '../sqlite/writer.ts'
import { contractProcedures } from './fixture.ts'

/** What the tests say. */
export type ToThread =
  | { readonly type: 'open'; readonly path: string; readonly port: MessagePort }
  | { readonly type: 'settle'; readonly path: string }
  | { readonly type: 'close'; readonly path: string }

/** What the thread says. */
export type FromThread = { readonly path: string } & (
  | { readonly type: 'hint' | 'bug'; readonly text: string }
  | { readonly type: 'settled' | 'closed' }
)

const writers = new Map<string, Writer>()

function say(message: FromThread): void {
  parentPort?.postMessage(message)
}

function open(path: string, port: MessagePort): void {
  const writer = startWriter({
    path,
    sync: 'none',
    procedures: contractProcedures as readonly Procedure<never, unknown>[],
    publish: (topic, key) => say({ path, type: 'hint', text: `${topic} ${key}` }),
    onBug: (procedure) => say({ path, type: 'bug', text: procedure }),
  })
  writers.set(path, writer)
  writer.attach(port)
}

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'open') open(message.path, message.port)
  if (message.type === 'settle') say({ path: message.path, type: 'settled' })
  if (message.type === 'close') {
    writers.get(message.path)?.close()
    writers.delete(message.path)
    say({ path: message.path, type: 'closed' })
  }
})
