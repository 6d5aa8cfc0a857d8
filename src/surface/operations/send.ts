// `send`: a message from the command line or a program on this machine.

import { err, ok, type Result } from '../../ground/result.ts'
import { submitMessage } from '../../journey/session/session.ts'
import { type Address, parseAddress } from '../../mail/message/message.ts'
import { findDomain, listOrganisations } from '../../store/directory/directory.ts'
import { type Answer, type Failure, failure, type Submission } from '../api/api.ts'
import type { OperationsContext } from './operations.ts'

export async function sendOperation(
  context: OperationsContext,
  submission: Submission,
): Answer<{ readonly id: string; readonly recipientCount: number }> {
  const sender = submission.from === '' ? ok(undefined) : read(submission.from)
  if (!sender.ok) return sender
  const recipients: Address[] = []
  for (const text of submission.to) {
    const address = read(text)
    if (!address.ok) return address
    recipients.push(address.value)
  }
  const org = await organisationOf(context, sender.value)
  if (org === undefined)
    return failure('invalid-request', 'There is no domain on this server yet.', 'Add one first: posthorn domain add example.com')
  const submitted = await submitMessage(context.session, {
    org,
    source: 'command',
    sender: sender.value,
    recipients,
    content: submission.content,
  })
  if (submitted.ok) return ok(submitted.value)
  const { code, lines } = submitted.error
  const temporary = code < 500
  return failure(
    temporary ? 'try-later' : 'message-refused',
    lines.join(' '),
    temporary ? 'Nothing was sent. Try again in a moment.' : 'Nothing was sent. Mend the message, then send it again.',
  )
}

function read(text: string): Result<Address, Failure> {
  const address = parseAddress(text)
  return address.ok
    ? address
    : err({
        code: 'invalid-request',
        message: `"${text}" is no mail address: ${address.error}.`,
        next: 'Write it like anna@example.com.',
      })
}

async function organisationOf({ store }: OperationsContext, sender: Address | undefined): Promise<number | undefined> {
  const own = sender === undefined ? undefined : await findDomain(store, sender.domain)
  return own?.org ?? (await listOrganisations(store))[0]?.id
}
