// How many 4-KiB messages per second one thread hands to a host on loopback (the host runs in a thread of its own).
// node bench/micro/remote-delivery.ts [messages] [at once]

import { createServer } from 'node:net'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { RemoteDelivery } from '../../src/journey/deliver/remote/remote.ts'
import { RemoteSettings } from '../../src/journey/deliver/remote/settings.ts'
import { nodeClock } from '../../src/platform/node/clock.ts'
import { nodeDialer } from '../../src/platform/node/dialer.ts'

if (isMainThread) await measure(Number(process.argv[2] ?? 20_000), Number(process.argv[3] ?? 20))
else listen()

/** The least a host can do: counts answers by line, looks for the end of the content in the tail of what it has. */
function listen(): void {
  const server = createServer({ noDelay: true }, (socket) => {
    let text = ''
    let inContent = false
    socket.write('220 sink ESMTP\r\n')
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      let said = ''
      for (;;) {
        const end = text.indexOf(inContent ? '\r\n.\r\n' : '\r\n')
        if (end === -1) break
        const line = text.slice(0, 4)
        text = text.slice(end + (inContent ? 5 : 2))
        if (inContent) said += '250 2.0.0 queued\r\n'
        else if (line === 'EHLO') said += '250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE\r\n'
        else said += line === 'DATA' ? '354 go\r\n' : '250 ok\r\n'
        inContent = !inContent && line === 'DATA'
      }
      if (said !== '') socket.write(said)
    })
  })
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as { port: number }).port))
}

async function measure(messages: number, atOnce: number): Promise<void> {
  const sink = new Worker(new URL(import.meta.url))
  const port = await new Promise<number>((resolve) => sink.once('message', resolve))
  const log = { debug() {}, info() {}, warn() {}, error: console.error, child: () => log }
  const plan = {
    type: 'hosts',
    source: 'static',
    tlsPolicy: 'opportunistic',
    hosts: [{ name: 'sink', addresses: ['127.0.0.1'], port, preference: 0 }],
  } as const
  const delivery = new RemoteDelivery({
    dialer: nodeDialer,
    router: { plan: async () => plan },
    clock: nodeClock,
    settings: RemoteSettings.parse({ messagesPerConnection: 1000 }),
    hostname: 'bench',
    log,
  })
  const content = Buffer.from(`Subject: x\r\n\r\n${`${'y'.repeat(74)}\r\n`.repeat(53)}`)
  async function* open(): AsyncIterable<Uint8Array> {
    yield content
  }
  let left = messages
  let delivered = 0
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const report = await delivery.attempt({
        destination: 'x',
        reversePath: 'a@x.example',
        recipients: [{ n: 1, address: 'b@y.example' }],
        sizeBytes: content.length,
        eightBit: false,
        smtpUtf8: false,
        open,
      })
      if (report.recipients[0]?.outcome.type === 'delivered') delivered++
    }
  }
  for (const round of ['warm-up', 'measured']) {
    left = messages
    delivered = 0
    const startMs = performance.now()
    const usage = process.threadCpuUsage()
    await Promise.all(Array.from({ length: atOnce }, worker))
    const seconds = (performance.now() - startMs) / 1000
    const { user, system } = process.threadCpuUsage(usage)
    console.log(
      `${round}: ${delivered} of ${messages} in ${seconds.toFixed(2)} s: ${Math.round(delivered / seconds)}/s, ${((user + system) / delivered).toFixed(0)} µs of this thread each (${(system / delivered).toFixed(0)} system)`,
    )
  }
  delivery.close()
  await sink.terminate()
}
