// The door of SMTP: replies, the server core, the content codecs.

export * from './client.ts'
export { ChunkDecoder, type ContentFacts, type ContentViolation, DataDecoder, DataEncoder } from './content.ts'
export type * from './events.ts'
export { type Explanation, explain } from './explain.ts'
export type { Extension, SmtpServerOptions, TransmissionType } from './options.ts'
export { formatReply, isPositive, printable, type Reply, type ReplyError, ReplyParser, reply } from './reply.ts'
export { SmtpServer } from './server.ts'
