// Delivery into our own mailboxes, of recipients that reached the queue: reports to our people, domains added after acceptance.
// Works out where each recipient goes; the append happens in the commit that records it (record.ts).

import type { IdSource } from '../../../ground/ids.ts'
import { deliveredToHeader, parseAddress, returnPathHeader } from '../../../mail/message/message.ts'
import { ALIAS_DEPTH_MAX, ALIAS_EXPANDED_MAX, type FoundRecipient } from '../../../store/directory/directory.ts'
import type { Claimed } from '../../queue/queue.ts'
import type { Outcome } from '../job.ts'

/** What is asked of the directory; `DirectoryCache` answers it. */
export interface LocalDirectory {
  isLocalDomain(domain: string): Promise<boolean>
  findRecipient(address: string): Promise<FoundRecipient | undefined>
}

/** Where one recipient's message goes. Persons get it into their inbox, `forwards` join the message as recipients. */
export interface Placement {
  readonly n: number
  readonly address: string
  readonly inboxes: readonly {
    readonly org: number
    readonly personId: string
    readonly mailboxId: string
    readonly appendId: string
    readonly prefix: string
  }[]
  readonly forwards: readonly { readonly address: string; readonly destination: string }[]
}

export interface Placed {
  readonly n: number
  readonly outcome: Outcome
  readonly placement?: Placement
}

export async function place(directory: LocalDirectory, ids: IdSource, recipient: Claimed): Promise<Placed> {
  const { n, address } = recipient
  const leaves = await leavesOf(directory, address)
  if (leaves.loop || (leaves.persons.size === 0 && leaves.forwards.size === 0)) {
    const text = leaves.loop ? 'the alias leads back to itself, or to too many' : 'no such user here'
    return { n, outcome: { type: 'failed', code: 550, enhanced: leaves.loop ? '5.4.6' : '5.1.1', text } }
  }
  const inboxes = [...leaves.persons].map(([personId, person]) => {
    const prefix = returnPathHeader(recipient.reversePath) + deliveredToHeader(person.address)
    return { org: person.org, personId, mailboxId: ids.next(), appendId: ids.next(), prefix }
  })
  const forwards = [...leaves.forwards].map(([target, destination]) => ({ address: target, destination }))
  const text = inboxes.length > 0 ? 'in the mailbox' : 'forwarded'
  return { n, outcome: { type: 'delivered', code: 250, enhanced: '2.0.0', text }, placement: { n, address, inboxes, forwards } }
}

interface Leaves {
  readonly persons: Map<string, { readonly org: number; readonly address: string }>
  readonly forwards: Map<string, string>
  loop: boolean
}

async function leavesOf(directory: LocalDirectory, address: string): Promise<Leaves> {
  const leaves: Leaves = { persons: new Map(), forwards: new Map(), loop: false }
  const seen = new Set<string>()
  let level = [address]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > ALIAS_DEPTH_MAX || seen.size > ALIAS_EXPANDED_MAX) {
      leaves.loop = true
      break
    }
    const next: string[] = []
    for (const one of level) {
      if (seen.has(one)) continue
      seen.add(one)
      next.push(...(await visit(directory, one, leaves)))
    }
    level = next
  }
  if (seen.size > 1 && leaves.persons.size === 0 && leaves.forwards.size === 0) leaves.loop = true
  return leaves
}

/** Notes where the address ends, or answers where it leads. */
async function visit(directory: LocalDirectory, address: string, leaves: Leaves): Promise<readonly string[]> {
  const parsed = parseAddress(address)
  if (!parsed.ok) return []
  if (!(await directory.isLocalDomain(parsed.value.domain))) {
    leaves.forwards.set(address, parsed.value.domain)
    return []
  }
  const found = await directory.findRecipient(address)
  if (found?.type === 'alias') return found.targets
  if (found?.type === 'person') leaves.persons.set(found.personId, { org: found.org, address })
  return []
}
