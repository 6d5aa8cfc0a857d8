// The door of the POP3 engine.

import type { Connection } from '../../../ground/ports/connection.ts'
import type { Pop3Context } from './context.ts'
import { Pop3Session } from './session.ts'

export type { Pop3Context } from './context.ts'
export type { Pop3Settings } from './settings.ts'

/** To be called in the turn in which the connection was received; resolves when the session is over and its lock is given back. */
export function servePop3(connection: Connection, context: Pop3Context): Promise<void> {
  return new Pop3Session(connection, context).run()
}
