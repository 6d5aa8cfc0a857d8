// The token that opens the page from another machine: made once, kept in the data folder where only its owner can read it.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Random } from '../../ground/ports/random.ts'
import { TOKEN_BYTES } from './limits.ts'

export const TOKEN_FILE = 'web-token'

export async function webToken(dataDir: string, random: Random): Promise<string> {
  const path = join(dataDir, TOKEN_FILE)
  const kept = await readFile(path, 'utf8').catch(() => '')
  if (/^[\w-]{32,200}$/.test(kept.trim())) return kept.trim()
  const token = Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url')
  await writeFile(path, `${token}\n`, { mode: 0o600 })
  return token
}
