// What the operator reads. Structured; never a password, a token or a message body.

export type LogFields = Readonly<Record<string, string | number | boolean | undefined | readonly string[]>>

export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  /** A bug or a loss of function: someone should look. */
  error(message: string, fields?: LogFields & { readonly cause?: string }): void
  child(fields: LogFields): Log
}
