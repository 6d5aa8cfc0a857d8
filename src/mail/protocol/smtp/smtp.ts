// The door of SMTP: replies, the server core, the content codecs.

export { ChunkDecoder, type ContentFacts, type ContentViolation, DataDecoder, DataEncoder } from './content.ts'
export type * from './events.ts'
export type { Extension, SmtpServerOptions, TransmissionType } from './options.ts'
export { type Reply, type ReplyError, ReplyParser, formatReply, isPositive, printable, reply } from './reply.ts'
export { SmtpServer } from './server.ts'
export { explain, type Explanation } from './explain.ts'
export * from './client.ts'
