// Whether a client that is not ours is on this machine, as the reason to skip a test where it is not.

import { execFileSync } from 'node:child_process'

function outputOf(command: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return undefined
  }
}

/** False: it is there. */
export function pythonMissing(): string | false {
  return outputOf('python3', ['-c', 'import smtplib, poplib']) === undefined
    ? 'python3 with smtplib and poplib is not here'
    : false
}

export function imaplibMissing(): string | false {
  return outputOf('python3', ['-c', 'import imaplib']) === undefined ? 'python3 with imaplib is not here' : false
}

export function curlMissing(): string | false {
  const protocols = outputOf('curl', ['--version'])
  return protocols !== undefined && /\bsmtp\b/.test(protocols) && /\bpop3\b/.test(protocols)
    ? false
    : 'curl with smtp and pop3 is not here'
}
