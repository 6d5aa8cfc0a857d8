// The name of a host, as settings and the command line take it.

/** Letters, digits, dots and hyphens; 253 at most (RFC 1035 §2.3.4 without the closing dot). */
const HOST_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i

export function isHostName(text: string): boolean {
  return HOST_NAME.test(text) && !text.includes('..')
}
