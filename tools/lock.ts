// Completes package-lock.json: `node tools/bootstrap.cjs tool tools/lock.ts [--write]`. npm leaves out binaries for other platforms that it
// could not see when the lock was written (a mirror without them is enough), and `npm ci` then refuses the whole lock, everywhere. Each one
// that is named by a package but has no entry gets one, with the platform its name tells. `npm` fills in the integrity when it next meets
// them.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface LockEntry {
  readonly version?: string
  readonly optional?: boolean
  readonly dev?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

export interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>
}

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32', 'windows', 'wasi', 'wasm32'] as const
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'] as const

/** The entries the lock should have besides those it has. */
export function missingEntries(lock: Lock): Map<string, LockEntry & Readonly<Record<string, unknown>>> {
  const missing = new Map<string, LockEntry & Readonly<Record<string, unknown>>>()
  for (const owner of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
      const key = `node_modules/${name}`
      // Only exact versions: a range could have been resolved to any.
      if (lock.packages[key] !== undefined || !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)) continue
      missing.set(key, { version, ...platformOf(name), ...(owner.dev ? { dev: true } : {}), optional: true })
    }
  }
  return missing
}

function platformOf(name: string): Readonly<Record<string, unknown>> {
  const words = name.split(/[/-]/)
  const system = SYSTEMS.find((known) => words.includes(known))
  const processor = PROCESSORS.find((known) => words.includes(known))
  const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : undefined
  return {
    ...(system ? { os: [system === 'windows' ? 'win32' : system] } : {}),
    ...(processor ? { cpu: [processor] } : {}),
    ...(libc && system === 'linux' ? { libc } : {}),
  }
}

function main(args: readonly string[]): number {
  const file = join(import.meta.dirname, '..', 'package-lock.json')
  const lock = JSON.parse(readFileSync(file, 'utf8')) as Lock
  const missing = missingEntries(lock)
  for (const key of missing.keys()) console.log(`package-lock.json has no entry ${key}`)
  if (!args.includes('--write')) return missing.size === 0 ? 0 : 1
  const all = { ...lock.packages, ...Object.fromEntries(missing) }
  const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => a.localeCompare(b, 'en')))
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`)
  return 0
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2))
