// The door of sessions: taking mail, from strangers and from our own people.

import { acceptProcedure } from './accept.ts'

export { type Accept, accept, acceptProcedure } from './accept.ts'
export type { Patience, SessionContext, SessionRole } from './context.ts'
export { LocalMailboxes } from './local-mailboxes.ts'
export { networkTest } from './networks.ts'
export { SmtpService } from './service.ts'
export type { SessionSettings } from './settings.ts'
export { type Submission, type Submitted, submitMessage } from './submit.ts'

export const sessionProcedures = [acceptProcedure]
