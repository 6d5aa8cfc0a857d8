// The door of sessions: taking mail, from strangers and from our own people.

import { acceptProcedure } from './accept.ts'

export { type Accept, accept, acceptProcedure } from './accept.ts'
export { networkTest } from './networks.ts'
export type { Patience, SessionContext, SessionRole } from './context.ts'
export { LocalMailboxes } from './local-mailboxes.ts'
export { SmtpService } from './service.ts'
export { type Submission, submitMessage, type Submitted } from './submit.ts'
export type { SessionSettings } from './settings.ts'

export const sessionProcedures = [acceptProcedure]
