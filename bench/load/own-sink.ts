// A mail host that takes everything, counts, and keeps nothing; a process of its own. Started by sink.ts with its port.

import { createServer, type Socket } from 'node:net'

const TELL_MS = 50

let count = 0
let told = -1

createServer({ noDelay: true }, talk).listen(Number(process.argv[2]), '127.0.0.1')
setInterval(() => {
  if (count === told) return
  told = count
  process.stdout.write(`mesg=${count}\n`)
}, TELL_MS)

function talk(socket: Socket): void {
  let text = ''
  let inContent = false
  socket.write('220 sink ESMTP\r\n')
  socket.on('error', () => {})
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1')
    let said = ''
    for (;;) {
      const end = text.indexOf(inContent ? '\r\n.\r\n' : '\r\n')
      if (end < 0) break
      const verb = text.slice(0, 4).toUpperCase()
      text = text.slice(end + (inContent ? 5 : 2))
      said += inContent ? taken() : answer(verb)
      inContent = !inContent && verb === 'DATA'
    }
    if (said !== '') socket.write(said)
  })
}

function taken(): string {
  count++
  return '250 2.0.0 taken\r\n'
}

function answer(verb: string): string {
  if (verb === 'EHLO') return '250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE\r\n'
  if (verb === 'DATA') return '354 go on\r\n'
  return verb === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n'
}
