// The door of the IMAP engine.

import type { Connection } from '../../../ground/ports/connection.ts'
import type { ImapContext } from './context.ts'
import { ImapSession } from './session.ts'

export type { ImapContext } from './context.ts'
export { MessageFacts } from './search-facts.ts'
export type { ImapSettings } from './settings.ts'

/** To be called in the turn in which the connection was received; resolves when the session is over and has let go of everything. */
export function serveImap(connection: Connection, context: ImapContext): Promise<void> {
  return new ImapSession(connection, context).run()
}

/** For a connection too many. */
export function refuseImap(connection: Connection): void {
  connection.write('* BYE [UNAVAILABLE] Too many connections. Try again in a minute\r\n')
  connection.end()
}
