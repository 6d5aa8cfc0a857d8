// A writer thread over the contract's procedures.

import { parentPort, workerData } from 'node:worker_threads'
import { contractProcedures } from './fixture.ts'
import { startWriter, type StartWriterOptions } from '../sqlite/writer.ts'

const { path } = workerData as { path: string }
const writer = startWriter({
  path,
  sync: 'none',
  procedures: contractProcedures as StartWriterOptions['procedures'],
  publish: (topic, key) => parentPort?.postMessage({ hint: `${topic} ${key}` }),
  onBug: (procedure) => parentPort?.postMessage({ bug: procedure }),
})

parentPort?.on('message', (message) => {
  if (message.port) writer.attach(message.port)
  if (message.settle) parentPort?.postMessage({ settled: true })
  if (message.close) writer.close()
})
