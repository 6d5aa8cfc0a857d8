// The door of SASL: exchanges without I/O, used by SMTP, POP3 and the delivering client alike.


export type ServerMechanism = 'PLAIN' | 'LOGIN'

/** What the exchange wants next. */
export type ServerStep =
  | { readonly type: 'challenge'; readonly bytes: Uint8Array; readonly exchange: ServerExchange }
  | { readonly type: 'credentials'; readonly credentials: Credentials }
  | { readonly type: 'failed'; readonly reason: SaslFailure }

export interface Credentials {
  /** Whom the client wants to act for, when it said so and it is not the name itself. */
  readonly authorize: string | undefined
  readonly name: string
  readonly password: string
}

export type SaslFailure = 'malformed' | 'not-utf8' | 'empty-name' | 'forbidden-character' | 'too-long'

export interface ServerExchange {
  respond(response: Uint8Array): ServerStep
}

/** Begins; `initial` is undefined when the client sent none. */
export declare function startServerExchange(mechanism: ServerMechanism, initial: Uint8Array | undefined): ServerStep

/** A line of the client in an exchange: base64, `=` (empty), or `*` (gives up). */
export type ResponseLine = { readonly type: 'response'; readonly bytes: Uint8Array } | { readonly type: 'cancelled' } | { readonly type: 'bad-base64' }
export declare function decodeResponseLine(line: string): ResponseLine

/** Our side when we log in somewhere: strongest of what is offered. Undefined when nothing offered is ours. */
export declare function startClientExchange(offered: readonly string[], credentials: Credentials): ClientExchange | undefined

export interface ClientExchange {
  readonly mechanism: string
  /** For the AUTH command itself; undefined: send none. */
  readonly initial: Uint8Array | undefined
  /** Undefined: the server asks for more than the mechanism has; cancel with `*`. */
  respond(challenge: Uint8Array): Uint8Array | undefined
}
