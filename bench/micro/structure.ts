// How fast the MIME structure of a large message is found. Run: node bench/micro/structure.ts

import { StructureIndexer } from '../../src/mail/message/message.ts'

const CHUNK_BYTES = 256 * 1024
const LINES = 500_000

const line = `${'QUJD'.repeat(19)}\r\n`
const head =
  'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n'
const message = Buffer.from(`${head}${line.repeat(LINES)}--b--\r\n`)

for (let round = 0; round < 3; round++) {
  const start = performance.now()
  const indexer = new StructureIndexer()
  for (let position = 0; position < message.length; position += CHUNK_BYTES)
    indexer.push(message.subarray(position, position + CHUNK_BYTES))
  const { partCount } = indexer.finish()
  const ms = performance.now() - start
  const rate = message.length / 1024 / 1024 / (ms / 1000)
  process.stdout.write(
    `${(message.length / 1024 / 1024).toFixed(1)} MiB, ${partCount} parts: ${ms.toFixed(1)} ms, ${rate.toFixed(0)} MiB/s\n`,
  )
}
