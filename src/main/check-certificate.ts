// The certificate, for `posthorn check`: what would be said at a start, and whether it is time for a new one.

import { inspectPair } from '../platform/node/certificate.ts'
import type { CheckResult } from '../surface/cli/cli.ts'
import { filesOf, HALF, isHalf, NAME_FILES, readPair } from './certificate.ts'
import type { Start } from './settings.ts'

const DAY_MS = 86_400_000

/** With fewer days left it is time: Let's Encrypt renews thirty days before the end, so by then something has failed twice. */
const RENEW_DAYS = 14

export function checkCertificate({ settings, folder }: Pick<Start, 'settings' | 'folder'>, now: number): CheckResult {
  const name = 'certificate'
  if (isHalf(settings.tls)) return { name, state: 'failed', message: HALF, next: NAME_FILES }
  const files = filesOf(settings.tls, folder)
  if (files === undefined) return { name, state: 'ok', message: 'a self-signed one is made at the first start' }
  const pair = readPair(files.certificate, files.key)
  if (!pair.ok) return { name, state: 'failed', message: pair.error, next: NAME_FILES }
  const inspected = inspectPair(pair.value)
  const days = inspected.ok ? Math.floor((inspected.value.validUntil - now) / DAY_MS) : 0
  if (days >= RENEW_DAYS) return { name, state: 'ok', message: `${files.certificate} is valid for ${days} days` }
  const message = days < 0 ? `${files.certificate} has expired` : `${files.certificate} is valid for ${days} more days`
  return { name, state: 'warning', message, next: 'Renew it, then run "posthorn reload".' }
}
