// How each kind of endpoint begins: in clear, in clear with TLS on offer, or with TLS.

import type { ListenerRole } from '../config/config.ts'

export type TlsMode = 'none' | 'starttls' | 'implicit'

export const TLS_OF: Readonly<Record<Exclude<ListenerRole, 'http'>, TlsMode>> = {
  mx: 'starttls',
  submission: 'starttls',
  submissions: 'implicit',
  imap: 'starttls',
  imaps: 'implicit',
  pop3: 'starttls',
  pop3s: 'implicit',
}
