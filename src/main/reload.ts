// Settings and certificate read again while the server runs: what can change at once does, what needs a new start is named.

import { type Settings, STATIC_SECTIONS } from '../config/config.ts'
import type { TlsCredentials } from '../ground/ports/connection.ts'
import type { Log } from '../ground/ports/log.ts'
import type { Result } from '../ground/result.ts'
import { certificate } from './certificate.ts'
import type { Start } from './settings.ts'

export interface ReloadParts {
  readonly start: Start
  readonly log: Log
  /** Settings again, from where they came. */
  readonly reread: () => Result<Start, readonly string[]>
  readonly apply: (settings: Settings, credentials: TlsCredentials) => Promise<void>
}

export type Reloaded =
  /** `waiting`: sections that have changed and take effect at the next start. */
  { readonly ok: true; readonly waiting: readonly string[] } | { readonly ok: false; readonly message: string }

/** One at a time: each follows the one before. The log hears of every outcome. */
export function reloader(parts: ReloadParts): () => Promise<Reloaded> {
  let last: Promise<unknown> = Promise.resolve()
  return () => {
    const now = last.then(() => reload(parts))
    last = now
    return now
  }
}

async function reload(parts: ReloadParts): Promise<Reloaded> {
  const { start, log } = parts
  const again = parts.reread()
  if (!again.ok) return refused(log, again.error.join('; '))
  const credentials = await certificate(again.value.settings.tls, start.folder, start.hostname)
  if (!credentials.ok) return refused(log, credentials.error)
  const waiting = [...STATIC_SECTIONS].filter((section) =>
    differs(start.settings, again.value.settings, section as keyof Settings),
  )
  await parts.apply({ ...again.value.settings, ...staticOf(start.settings) }, credentials.value)
  log.info('settings and certificate were read again')
  if (waiting.length > 0) log.warn('these sections have changed and take effect at the next start', { sections: waiting })
  return { ok: true, waiting }
}

function refused(log: Log, message: string): Reloaded {
  log.error('settings were not taken: the server goes on with those it has', { cause: message })
  return { ok: false, message }
}

function differs(before: Settings, after: Settings, section: keyof Settings): boolean {
  return JSON.stringify(before[section]) !== JSON.stringify(after[section])
}

function staticOf(settings: Settings): Partial<Settings> {
  return Object.fromEntries(Object.entries(settings).filter(([section]) => STATIC_SECTIONS.has(section)))
}
