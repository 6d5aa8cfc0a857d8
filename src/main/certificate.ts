// The certificate in use: the operator's, or one made at the first start and kept in the data folder.

import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TlsSettings } from '../config/server.ts'
import type { TlsCredentials } from '../ground/ports/connection.ts'
import { err, ok, type Result } from '../ground/result.ts'
import { selfSigned } from '../platform/node/certificate.ts'
import { makeFolder } from '../store/database/folder.ts'

/** The error says in words which file and why. */
export async function certificate(
  settings: TlsSettings,
  folder: string,
  hostname: string,
): Promise<Result<TlsCredentials, string>> {
  const { certificate, key } = settings
  if (certificate !== undefined && key !== undefined) return readPair(certificate, key)
  if (certificate !== undefined || key !== undefined)
    return err('tls.certificate and tls.key go together: name both files, or neither')
  const files = { certificate: join(folder, 'tls', 'certificate.pem'), key: join(folder, 'tls', 'key.pem') }
  if (existsSync(files.key)) return readPair(files.certificate, files.key)
  const made = await selfSigned(hostname, [hostname])
  makeFolder(join(folder, 'tls'))
  writeFileSync(files.certificate, made.certificate)
  writeFileSync(files.key, made.key, { mode: 0o600 })
  chmodSync(files.key, 0o600)
  return ok(made)
}

function readPair(certificate: string, key: string): Result<TlsCredentials, string> {
  try {
    return ok({ certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') })
  } catch (cause) {
    return err(`the certificate cannot be read: ${(cause as Error).message}`)
  }
}
