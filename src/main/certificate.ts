// The certificate in use: the operator's, or one made at the first start and kept in the data folder.

import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TlsSettings } from '../config/server.ts'
import type { TlsCredentials } from '../ground/ports/connection.ts'
import { err, ok, type Result } from '../ground/result.ts'
import { inspectPair, selfSigned } from '../platform/node/certificate.ts'
import { makeFolder } from '../store/database/folder.ts'

export const HALF = 'tls.certificate and tls.key go together: name both files, or neither'
export const NAME_FILES = 'Name files that exist, belong together and that this user may read, or leave both settings out.'

export function isHalf({ certificate, key }: TlsSettings): boolean {
  return (certificate === undefined) !== (key === undefined)
}

/** The error says in words which file and why. */
export async function certificate(
  settings: TlsSettings,
  folder: string,
  hostname: string,
): Promise<Result<TlsCredentials, string>> {
  if (isHalf(settings)) return err(HALF)
  const present = filesOf(settings, folder)
  if (present) return readPair(present.certificate, present.key)
  const files = madeFiles(folder)
  const made = await selfSigned(hostname, [hostname])
  makeFolder(join(folder, 'tls'))
  writeFileSync(files.certificate, made.certificate)
  writeFileSync(files.key, made.key, { mode: 0o600 })
  chmodSync(files.key, 0o600)
  return ok(made)
}

export function readPair(certificate: string, key: string): Result<TlsCredentials, string> {
  let pair: TlsCredentials
  try {
    pair = { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }
  } catch (cause) {
    return err(`the certificate cannot be read: ${(cause as Error).message}`)
  }
  const found = inspectPair(pair)
  return found.ok ? ok(pair) : err(`${certificate} and ${key}: ${found.error}`)
}

/** The files in use, or undefined while there are none: then a certificate is made at the first start. */
export function filesOf({ certificate, key }: TlsSettings, folder: string): { certificate: string; key: string } | undefined {
  if (certificate !== undefined && key !== undefined) return { certificate, key }
  const made = madeFiles(folder)
  return existsSync(made.key) ? made : undefined
}

function madeFiles(folder: string): { certificate: string; key: string } {
  return { certificate: join(folder, 'tls', 'certificate.pem'), key: join(folder, 'tls', 'key.pem') }
}
