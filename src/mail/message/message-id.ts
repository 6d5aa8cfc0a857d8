// Message-ID (RFC 5322 §3.6.4). Inside the program an identifier has no angle brackets; whoever writes a header adds them.

import { assert } from '../../ground/assert.ts'
import { headerField, isHeaderSafe } from './field.ts'

/** Longest identifier kept; longer ones are treated as none. With its field name and brackets it fits into a line. */
const MESSAGE_ID_OCTETS_MAX = 900

/** An identifier that is unique because `id` is, and whose right side says who made it. */
export function makeMessageId(id: string, hostname: string): string {
  const messageId = `${id}@${hostname}`
  assert(isMessageId(messageId), 'the id and the host name make no Message-ID')
  return messageId
}

/** The first identifier in a Message-ID, In-Reply-To or References value, without brackets; tolerant of what stands inside. */
export function parseMessageId(value: string): string | undefined {
  const found = /<([^<>]*)>/.exec(value)
  const messageId = (found?.[1] ?? value).replace(/[ \t]+/g, '')
  return isMessageId(messageId) ? messageId : undefined
}

/** True for what can stand between the brackets without breaking them. */
export function isMessageId(text: string): boolean {
  return text.length > 0 && Buffer.byteLength(text, 'utf8') <= MESSAGE_ID_OCTETS_MAX && !/[<>\s]/.test(text) && isHeaderSafe(text)
}

/** `Message-ID: <…>`. Takes the identifier with or without its brackets and never writes them twice. */
export function messageIdHeader(messageId: string): string {
  return headerField('Message-ID', `<${bare(messageId)}>`)
}

/** `References` and `In-Reply-To` of an answer to one message. */
export function replyHeaders(messageId: string): string {
  const value = `<${bare(messageId)}>`
  return headerField('In-Reply-To', value) + headerField('References', value)
}

function bare(messageId: string): string {
  const text = messageId.startsWith('<') && messageId.endsWith('>') ? messageId.slice(1, -1) : messageId
  assert(isMessageId(text), 'no Message-ID')
  return text
}
