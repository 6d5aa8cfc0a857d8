// The writer's loop seen through a port: large bytes come and go whole, and are not kept once they are committed.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { MessageChannel } from 'node:worker_threads'
import { TRANSFER_BYTES_MIN } from '../limits.ts'
import { procedure, type Steps } from '../procedure.ts'
import type { AnswerMessage } from './protocol.ts'
import { startWriter } from './writer.ts'

test('[D3] large bytes are answered as they came, and let go of after the commit', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const seen: Uint8Array[] = []
  const show = procedure('test.show', function* (args: { readonly parts: readonly Uint8Array[] }): Steps<unknown> {
    seen.push(...args.parts)
    return args.parts
  })
  const writer = startWriter({
    path: join(folder, 'store.db'),
    procedures: [show],
    publish: () => {},
    onBug: (_, cause) => assert.fail(String(cause)),
  })
  const { port1, port2 } = new MessageChannel()
  t.after(() => writer.close())
  writer.attach(port1)
  const large = new Uint8Array(TRANSFER_BYTES_MIN).fill(7)
  const small = new Uint8Array(10).fill(8)
  port2.postMessage([{ id: 1, procedure: 'test.show', args: { parts: [large, small] }, sizeBytes: TRANSFER_BYTES_MIN + 50 }])
  const [[answer]] = (await once(port2, 'message')) as [AnswerMessage]
  assert.ok(answer?.ok)
  assert.deepEqual(answer.value, [large, small])
  assert.deepEqual(
    seen.map((bytes) => bytes.length),
    [0, 10],
  )
})
