// What this machine has to measure with, and what kind of machine it is.

import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'

/** Programs of servers are not on everybody's PATH. */
const PLACES = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/local/sbin']

export interface Machine {
  readonly smtpSource: string | undefined
  readonly smtpSink: string | undefined
  readonly postfix: string | undefined
  readonly dovecot: string | undefined
  readonly strace: string | undefined
  readonly root: boolean
}

export function lookAround(): Machine {
  return {
    smtpSource: find('smtp-source'),
    smtpSink: find('smtp-sink'),
    postfix: find('postfix'),
    dovecot: find('dovecot'),
    strace: find('strace'),
    root: process.getuid?.() === 0,
  }
}

function find(name: string): string | undefined {
  return PLACES.map((place) => join(place, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Why Postfix (and Dovecot) cannot take part; undefined: they can. */
export function missingRival({ postfix, dovecot, root }: Machine, want: { readonly dovecot: boolean }): string | undefined {
  if (process.platform !== 'linux') return 'rivals are started on Linux only'
  if (postfix === undefined) return 'Postfix is not installed'
  if (want.dovecot && dovecot === undefined) return 'Dovecot is not installed'
  return root ? undefined : 'Postfix and Dovecot are started by root only'
}

export function describeMachine(folder: string): string {
  const [first] = cpus()
  const disk = spawnSync('stat', ['-f', '-c', '%T', folder], { encoding: 'utf8' }).stdout?.trim() || 'unknown'
  const gigabytes = Math.round(totalmem() / 1024 ** 3)
  return `${cpus().length} × ${first?.model.trim() ?? 'processor'}, ${gigabytes} GB, ${disk}, Node.js ${process.versions.node}`
}
