// Connections that say EHLO and then nothing.

import { connect, type Socket } from 'node:net'

/** At once, so that the listener's backlog is enough. */
const OPENING_MAX = 200

export interface Held {
  release(): Promise<void>
}

export async function holdIdle(port: number, count: number): Promise<Held> {
  const sockets: Socket[] = []
  while (sockets.length < count) {
    const few = Math.min(OPENING_MAX, count - sockets.length)
    sockets.push(...(await Promise.all(Array.from({ length: few }, () => greeted(port)))))
  }
  return {
    async release() {
      await Promise.all(sockets.map(gone))
    },
  }
}

function greeted(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let heard = ''
    socket.on('error', reject)
    socket.on('data', (bytes: Buffer) => {
      heard += bytes.toString('latin1')
      if (/^220 .*\r\n$/.test(heard)) socket.write('EHLO idle.example\r\n')
      if (/^250 .*\r\n$/m.test(heard)) resolve(socket)
      if (/^[45]/.test(heard)) reject(new Error(heard))
    })
  })
}

function gone(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.removeAllListeners('error')
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    socket.end('QUIT\r\n')
  })
}
