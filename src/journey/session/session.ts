// The door of sessions: taking mail, from strangers and from our own people.

export { type Accept, accept, acceptProcedure, sessionProcedures } from './accept.ts'
export type { Patience, SessionContext, SessionRole } from './context.ts'
export { LocalMailboxes } from './local-mailboxes.ts'
export { networkTest } from './networks.ts'
export { SmtpService } from './service.ts'
export type { SessionSettings } from './settings.ts'
export { type Submission, type Submitted, submitMessage } from './submit.ts'
