// A private Dovecot that takes mail by LMTP and keeps it in a maildir, below the run's folder. Stock settings otherwise.

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from '../machine.ts'
import { freePort, portOpen, type Workshop } from '../workshop.ts'
import type { Server } from './server.ts'
import { owned } from './user.ts'

export async function startDovecot(workshop: Workshop, machine: Machine): Promise<Server> {
  const folder = workshop.room('dovecot')
  const mail = join(folder, 'mail')
  for (const name of ['run', 'state', 'mail']) mkdirSync(join(folder, name))
  owned(mail, 'nobody')
  const port = await freePort()
  const conf = join(folder, 'dovecot.conf')
  writeFileSync(conf, settings(folder, port))
  const child = workshop.start(machine.dovecot ?? 'dovecot', ['-F', '-c', conf])
  await portOpen(port, child)
  const inbox = join(mail, 'user', 'maildir', 'new')
  return { name: 'Dovecot', port, pids: [child.pid], delivered: () => entries(inbox), stop: () => child.stop() }
}

function entries(folder: string): number {
  try {
    return readdirSync(folder).length
  } catch {
    return 0
  }
}

function settings(folder: string, port: number): string {
  return `base_dir = ${join(folder, 'run')}
state_dir = ${join(folder, 'state')}
log_path = ${join(folder, 'log')}
instance_name = posthorn-bench
protocols = lmtp
listen = 127.0.0.1
ssl = no
first_valid_uid = 1
mail_location = maildir:~/maildir
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=${join(folder, 'mail')}/%n
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${port}
  }
}
protocol lmtp {
  postmaster_address = postmaster@bench.test
}
`
}
