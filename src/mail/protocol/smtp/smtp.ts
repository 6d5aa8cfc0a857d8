// The door of SMTP: replies, the server core, the content codecs.

export { type Reply, type ReplyError, ReplyParser, formatReply, isPositive, reply } from './reply.ts'
export { ChunkDecoder, type ContentFacts, type ContentViolation, DataDecoder, DataEncoder } from './content.ts'
export type * from './events.ts'
export { type SmtpServer, type SmtpServerOptions, type TransmissionType } from './server.ts'
export * from './client.ts'
