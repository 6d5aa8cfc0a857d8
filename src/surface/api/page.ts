// The page's files: a closed list, read once, sent with a digest so that a browser asks again but downloads nothing twice.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'

export interface PageFile {
  readonly path: string
  readonly type: string
  readonly body: Buffer
  readonly etag: string
}

const SCRIPT = 'text/javascript; charset=utf-8'
const FILES: readonly (readonly [path: string, file: string, type: string])[] = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/page.css', 'page.css', 'text/css; charset=utf-8'],
  ['/page.js', 'page.js', SCRIPT],
  ['/ask.js', 'ask.js', SCRIPT],
  ['/draw.js', 'draw.js', SCRIPT],
  ['/words.js', 'words.js', SCRIPT],
  ['/icon.svg', 'icon.svg', 'image/svg+xml'],
]

export async function readPage(folder: URL): Promise<readonly PageFile[]> {
  return Promise.all(
    FILES.map(async ([path, file, type]) => {
      const body = await readFile(new URL(file, folder))
      return { path, type, body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` }
    }),
  )
}

export function servePage(app: FastifyInstance, files: readonly PageFile[]): void {
  for (const file of files) {
    app.get(file.path, (request, reply) => {
      reply.header('etag', file.etag).header('cache-control', 'no-cache')
      if (request.headers['if-none-match'] === file.etag) return reply.code(304).send()
      return reply.type(file.type).send(file.body)
    })
  }
}
