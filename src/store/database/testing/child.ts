// A process that writes and says so, until it is killed: prints each name after its commit was acknowledged.
// Arguments: path, calls at a time.

import { openInProcess } from '../sqlite/in-process.ts'
import { contractProcedures, item, put } from './fixture.ts'

const [, , path = '', width = '1'] = process.argv
const procedures = contractProcedures as Parameters<typeof openInProcess>[0]['procedures']
const store = openInProcess({ path, procedures, publish: () => undefined, onBug: () => undefined })
const filler = new Uint8Array(3000)

async function writeForEver(lane: number): Promise<never> {
  for (let n = 0; ; n++) {
    const answer = await store.call(put, item(`${process.pid}-${lane}-${n}`, { bytes: filler }))
    if (answer.ok) process.stdout.write(`${answer.value}\n`)
  }
}

for (let lane = 0; lane < Number(width); lane++) void writeForEver(lane)
