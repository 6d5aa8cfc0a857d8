// The writer thread of store-accept.ts.

import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type StartWriterOptions, startWriter } from '../../src/store/database/sqlite/writer.ts'
import { acceptProcedure } from './store-accept-schema.ts'

const { path } = workerData as { path: string }
const procedures = [acceptProcedure] as unknown as StartWriterOptions['procedures']
const writer = startWriter({ path, procedures, publish: () => undefined, onBug: (name, cause) => console.error(name, cause) })
parentPort?.on('message', (port: MessagePort) => writer.attach(port))
