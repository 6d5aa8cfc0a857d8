// RETR and TOP: a message goes from the store to the client piece by piece, never faster than the client takes it.

import type { Log } from '../../../ground/ports/log.ts'
import type { Pop3Event, Pop3Server } from '../../../mail/protocol/pop3/pop3.ts'
import type { Store } from '../../../store/store.ts'
import { findMessage, openMailboxMessage } from '../../mailbox/mailbox.ts'
import type { Wire } from '../wire.ts'
import type { OpenMaildrop } from './login.ts'

type RetrieveEvent = Extract<Pop3Event, { type: 'retrieve' }>

export interface Retrieval {
  readonly store: Store
  readonly log: Log
  readonly core: Pop3Server
  readonly wire: Wire
  readonly maildrop: OpenMaildrop
}

/** `broken`: the message broke off on its way, and the connection must be cut, not ended. */
export async function retrieve(parts: Retrieval, event: RetrieveEvent): Promise<'answered' | 'broken'> {
  const message = await open(parts, event)
  if (message === 'fault') {
    parts.core.refuse('The message cannot be read at the moment; it is kept', 'SYS/TEMP')
    return 'answered'
  }
  if (message === undefined) {
    parts.core.refuse('The message was removed meanwhile')
    return 'answered'
  }
  return await send(parts, event, message)
}

interface OpenedMessage {
  readonly head: Uint8Array | undefined
  readonly rest: AsyncGenerator<Uint8Array, void, undefined>
}

/** Reads the first piece before anything is promised to the client. */
async function open(
  { store, log, maildrop }: Retrieval,
  { number, entry }: RetrieveEvent,
): Promise<OpenedMessage | undefined | 'fault'> {
  try {
    const { mailbox, entries } = maildrop
    const listed = entries[number - 1]
    const row = listed && (await findMessage(store, { org: mailbox.org, mailboxId: mailbox.id, uid: listed.uid }))
    if (!row) return undefined
    const rest = openMailboxMessage(store, row)
    const head = await rest.next()
    return { head: head.done ? undefined : head.value, rest }
  } catch (error) {
    // One message that cannot be read does not end the session: the others can be.
    log.error('a message cannot be read', { message: entry.id, cause: String(error) })
    return 'fault'
  }
}

async function send(parts: Retrieval, event: RetrieveEvent, message: OpenedMessage): Promise<'answered' | 'broken'> {
  const { core, wire, log } = parts
  core.beginMessage(event)
  try {
    const opening = core.takeOutput()
    if (opening && !(await wire.send(opening))) return 'broken'
    let chunk = message.head
    while (chunk && !core.messageComplete) {
      if (!(await wire.send(core.encodeMessage(chunk)))) return 'broken'
      const next = await message.rest.next()
      chunk = next.done ? undefined : next.value
    }
    return (await wire.send(core.endMessage())) ? 'answered' : 'broken'
  } catch (error) {
    log.error('a message broke off while it was sent', { message: event.entry.id, cause: String(error) })
    return 'broken'
  } finally {
    await message.rest.return()
  }
}
