// `posthorn check`: looks for what would go wrong, and changes nothing.

import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { formatSize } from '../config/types.ts'
import type { DnsError, Resolver } from '../ground/ports/resolver.ts'
import { nodeResolver } from '../platform/node/resolver.ts'
import type { Status } from '../surface/api/api.ts'
import type { CheckResult } from '../surface/cli/cli.ts'
import { checkCertificate } from './check-certificate.ts'
import { freePorts, openPorts } from './check-ports.ts'
import { obstacle } from './folder-access.ts'
import { becomeOwner, userExists } from './privileges.ts'
import { connectRunning } from './running.ts'
import { type Start, type StartOptions, startOf } from './settings.ts'
import { STORE_FILE, storeTrouble } from './store-file.ts'

export async function check(options: StartOptions): Promise<readonly CheckResult[]> {
  const start = startOf(options)
  if (!start.ok)
    return start.error.map((message) => ({
      name: 'settings',
      state: 'failed' as const,
      message,
      next: 'docs/settings.md lists all settings.',
    }))
  const status = await (await connectRunning(start.value.folder))?.status()
  const running = status?.ok === true ? status.value : undefined
  const settings: CheckResult = {
    name: 'settings',
    state: 'ok',
    message: options.configFile === undefined ? 'the standard ones' : `${options.configFile} is valid`,
  }
  const portResults = running === undefined ? await freePorts(start.value) : [server(running), ...(await openPorts(running))]
  const certificate = checkCertificate(start.value, Date.now())
  // Ports and keys may be root's affair; the store is its owner's.
  if (existsSync(start.value.folder)) becomeOwner(start.value.folder)
  return [
    settings,
    ...portResults,
    store(start.value),
    certificate,
    ...user(start.value),
    await room(start.value),
    ...(await names(start.value)),
  ]
}

function server({ pid, version }: Status): CheckResult {
  return {
    name: 'server',
    state: 'ok',
    message: `runs on this data folder (process ${pid}, version ${version}); its ports are looked at`,
  }
}

function store({ folder }: Start): CheckResult {
  const file = join(folder, STORE_FILE)
  const fault = obstacle(folder)
  if (fault?.type === 'forbidden')
    return {
      name: 'store',
      state: 'failed',
      message: `${folder} cannot be looked into: it belongs to ${fault.detail}`,
      next: 'Run the command as that user.',
    }
  if (!existsSync(file)) return { name: 'store', state: 'ok', message: `${folder} is made at the first start` }
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(file, { readOnly: true })
    const found = (db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }).quick_check
    if (found === 'ok') return { name: 'store', state: 'ok', message: `${file} is sound` }
    return {
      name: 'store',
      state: 'failed',
      message: `${file} is damaged: ${found}`,
      next: 'Stop the server and restore the last backup.',
    }
  } catch (cause) {
    return { name: 'store', state: 'failed', ...storeTrouble(file, cause) }
  } finally {
    db?.close()
  }
}

function user({ settings }: Start): readonly CheckResult[] {
  const { user: name } = settings.process
  if (name === undefined) return []
  if (userExists(name)) return [{ name: 'process.user', state: 'ok', message: `${name} exists` }]
  const message = `there is no user "${name}" on this machine`
  return [{ name: 'process.user', state: 'failed', message, next: 'Make it (useradd --system), or name another.' }]
}

async function room({ folder, settings }: Start): Promise<CheckResult> {
  const { bavail, bsize } = await statfs(existsSync(folder) ? folder : '.')
  const free = bavail * bsize
  const message = `${Math.floor(free / 1024 ** 2)} MB free`
  if (free >= settings.store.minimumFree) return { name: 'disk', state: 'ok', message }
  return {
    name: 'disk',
    state: 'failed',
    message: `${message}, less than ${formatSize(settings.store.minimumFree)}`,
    next: 'New mail is put off until there is more room; make some, or lower store.minimumFree.',
  }
}

async function names({ hostname, settings }: Start): Promise<readonly CheckResult[]> {
  const { servers, timeout, tries } = settings.dns
  const resolver = nodeResolver({ servers, timeoutMs: timeout, tries })
  return [await resolves(resolver, hostname), await asks(resolver)]
}

async function resolves(resolver: Resolver, hostname: string): Promise<CheckResult> {
  const found = await resolver.a(hostname)
  const name = `address of ${hostname}`
  if (found.ok) return { name, state: 'ok', message: found.value.join(', ') }
  return {
    name,
    state: 'warning',
    message: dnsWords(found.error, 'no A record'),
    next: 'Other servers want the name of a mail server to lead to its address: publish an A record, and a PTR record back.',
  }
}

async function asks(resolver: Resolver): Promise<CheckResult> {
  const found = await resolver.mx('gmail.com')
  if (found.ok) return { name: 'DNS', state: 'ok', message: 'answers questions for mail hosts' }
  return {
    name: 'DNS',
    state: 'warning',
    message: `asked for the mail hosts of gmail.com: ${dnsWords(found.error, 'no MX record')}`,
    next: 'Mail to other domains waits until DNS answers; set dns.servers, or see to the network.',
  }
}

function dnsWords({ type, detail }: DnsError, nothing: string): string {
  switch (type) {
    case 'nxdomain':
      return 'DNS says that there is no such name'
    case 'nodata':
      return `the name is in DNS, with ${nothing}`
    case 'timeout':
      return 'DNS does not answer in time'
    default:
      return `DNS cannot answer (${detail})`
  }
}
