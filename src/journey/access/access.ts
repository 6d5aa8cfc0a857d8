// The door of access: the ways by which people fetch and read their mail.

export { type ImapContext, type ImapSettings, MessageFacts, refuseImap, serveImap } from './imap/imap.ts'
export { type Pop3Context, type Pop3Settings, servePop3 } from './pop3/pop3.ts'
