// Whose address somebody who has signed in may write on the envelope.

import { type Address, formatAddress } from '../../mail/message/message.ts'
import type { Reply } from '../../mail/protocol/smtp/smtp.ts'
import { canonicalAddress, type Person } from '../../store/directory/directory.ts'
import type { SessionContext } from './context.ts'
import { SENDER_NOT_ALLOWED } from './replies.ts'

/** Undefined when allowed: `<>`, the person's own address (with any tag), or an alias that leads to it. */
export async function senderRefused(
  context: SessionContext,
  person: Person,
  sender: Address | undefined,
): Promise<Reply | undefined> {
  if (sender === undefined) return undefined
  const found = await context.directory.findRecipient(formatAddress(sender))
  if (found === undefined) return SENDER_NOT_ALLOWED
  if (found.type === 'person') return found.personId === person.id ? undefined : SENDER_NOT_ALLOWED
  const own = found.targets.some((target) => canonical(target) === person.address)
  return own ? undefined : SENDER_NOT_ALLOWED
}

function canonical(address: string): string {
  const at = address.lastIndexOf('@')
  return canonicalAddress(address.slice(0, at), address.slice(at + 1))
}
