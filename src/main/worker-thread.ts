// A thread that serves connections and delivers.

import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../ground/assert.ts'
import { writeCompiledCode } from '../platform/node/compiled.ts'
import { tidyWhenQuiet } from '../platform/node/memory.ts'
import { Doors } from './doors.ts'
import type { FromWorker, ToWorker, WorkerData } from './thread-messages.ts'
import { Worker } from './worker.ts'

assert(parentPort, 'runs as a thread')
const supervisor = parentPort
const data = workerData as WorkerData
const doors = new Doors(data)
let worker: Worker | undefined
const tell = (message: FromWorker): void => supervisor.postMessage(message)

supervisor.on('message', async (message: ToWorker) => {
  switch (message.type) {
    case 'listen':
      return tell(await doors.listen(message.endpoints))
    case 'open':
      worker = new Worker(data, message, doors.bound)
      tidyWhenQuiet()
      return tell({ type: 'opened' })
    case 'work':
      worker?.work()
      return writeCompiledCode()
    case 'reload':
      worker?.reload(message.settings, message.credentials)
      return tell({ type: 'reloaded' })
    case 'stop':
      await worker?.stop()
      tell({ type: 'stopped' })
      return supervisor.close()
  }
})
