// The thread that writes: the only one that changes the store.

import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../ground/assert.ts'
import type { NotifyTopic } from '../ground/ports/notify.ts'
import { writeCompiledCode } from '../platform/node/compiled.ts'
import { nodeLog } from '../platform/node/log.ts'
import { tidyWhenQuiet } from '../platform/node/memory.ts'
import { processNotify } from '../platform/node/notify.ts'
import { startWriter, type Writer } from '../store/database/sqlite/writer.ts'
import { PROCEDURES } from './schema.ts'
import type { FromWriter, ToWriter, WriterData } from './thread-messages.ts'

assert(parentPort, 'runs as a thread')
const supervisor = parentPort
const { path, limitBytes } = workerData as WriterData
const notify = processNotify()
const log = nodeLog({ level: 'warn' })

let writer: Writer | undefined

supervisor.on('message', (message: ToWriter) => {
  if (message.type === 'open') return open()
  if (message.type === 'attach') return writer?.attach(message.port)
  writer?.close()
  notify.close()
  supervisor.postMessage({ type: 'closed' } satisfies FromWriter)
  supervisor.close()
})

function open(): void {
  writer = startWriter({
    path,
    limitBytes,
    procedures: PROCEDURES,
    publish: (topic, key) => notify.publish(topic as NotifyTopic, key),
    onBug: (procedure, cause) =>
      log.error('a procedure failed; what it did was undone', {
        procedure,
        cause: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
      }),
  })
  writeCompiledCode()
  tidyWhenQuiet()
}
