// A private Postfix: settings, queue and log below the run's folder, nothing of an installed one is touched. Stock defaults.

import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Machine } from '../machine.ts'
import { type Child, freePort, portOpen, type Workshop } from '../workshop.ts'
import type { Server } from './server.ts'
import { owned } from './user.ts'

/**
 * `hold`: takes mail, keeps it on the disk, delivers nothing. `relay`: hands everything to a port. `mailbox`: hands everything to a
 * port by LMTP.
 */
export type PostfixRole = { readonly type: 'hold' } | { readonly type: 'relay' | 'mailbox'; readonly port: number }

export async function startPostfix(workshop: Workshop, machine: Machine, role: PostfixRole): Promise<Server> {
  const folder = workshop.room(`postfix-${role.type}`)
  const port = await freePort()
  const conf = join(folder, 'conf')
  for (const name of ['conf', 'spool', 'data']) mkdirSync(join(folder, name))
  owned(join(folder, 'data'), 'postfix')
  writeFileSync(join(conf, 'main.cf'), [...mainSettings(folder), ...roleSettings(role)].join('\n').concat('\n'))
  writeFileSync(join(conf, 'master.cf'), services(port))
  // Debian's Postfix looks for the list of its map types beside main.cf.
  const maps = '/etc/postfix/dynamicmaps.cf'
  if (existsSync(maps)) copyFileSync(maps, join(conf, 'dynamicmaps.cf'))
  const child = startMaster(workshop, machine.postfix ?? 'postfix', conf)
  await portOpen(port, child)
  return { name: 'Postfix', port, pids: [child.pid], delivered: () => 0, stop: () => child.stop() }
}

/** `postfix start-fg` would leave its master behind when it is told to stop: the queue is made by it, the master started by us. */
function startMaster(workshop: Workshop, program: string, conf: string): Child {
  execFileSync(program, ['-c', conf, 'check'], { stdio: 'ignore' })
  const setting = ['-c', conf, '-h', 'daemon_directory']
  const daemons = execFileSync(join(dirname(program), 'postconf'), setting, { encoding: 'utf8' }).trim()
  return workshop.start(join(daemons, 'master'), ['-c', conf])
}

function mainSettings(folder: string): string[] {
  return [
    'compatibility_level = 3.6',
    'myhostname = mx.bench.test',
    'mydestination =',
    'mynetworks = 127.0.0.0/8',
    'inet_interfaces = 127.0.0.1',
    'inet_protocols = ipv4',
    `queue_directory = ${join(folder, 'spool')}`,
    `data_directory = ${join(folder, 'data')}`,
    `maillog_file = ${join(folder, 'log')}`,
    `maillog_file_prefixes = ${folder}`,
    'alias_maps =',
    'alias_database =',
    'smtp_tls_security_level = none',
    'smtpd_tls_security_level = none',
    'message_size_limit = 52428800',
    'mailbox_size_limit = 0',
  ]
}

function roleSettings(role: PostfixRole): string[] {
  if (role.type === 'hold') return ['smtpd_client_restrictions = check_client_access static:HOLD']
  if (role.type === 'relay') return [`relayhost = [127.0.0.1]:${role.port}`]
  return [
    'virtual_mailbox_domains = bench.test',
    'virtual_mailbox_maps = static:ok',
    `virtual_transport = lmtp:inet:127.0.0.1:${role.port}`,
  ]
}

/** The services of a standard installation, none in a chroot: name, type, private, unprivileged, chroot, wakeup, processes, program. */
function services(port: number): string {
  const rows = [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    'pickup unix n - n 60 1 pickup',
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'verify unix - - n - 1 verify',
    'flush unix n - n 1000? 0 flush',
    'proxymap unix - - n - - proxymap',
    'proxywrite unix - - n - 1 proxymap',
    'smtp unix - - n - - smtp',
    'relay unix - - n - - smtp',
    'showq unix n - n - - showq',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'discard unix - - n - - discard',
    'lmtp unix - - n - - lmtp',
    'anvil unix - - n - 1 anvil',
    'scache unix - - n - 1 scache',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'postlog unix-dgram n - n - 1 postlogd',
  ]
  return `${rows.join('\n')}\n`
}
