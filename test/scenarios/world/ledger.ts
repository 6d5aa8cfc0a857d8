// The books of a story: who was promised what, who got what, and whether the store says the same. Every copy that arrives anywhere carries
// the mark of the try it came from, so that the count is exact.

import assert from 'node:assert/strict'
import type { AcceptedMail, Try } from '../../../src/platform/simulated/simulated.ts'
import { EVENT_TYPES, type EventType } from '../../../src/store/events/events.ts'
import { contentRows, eventRows, mailboxRows, messageRows, recipientRows } from './questions.ts'
import type { World } from './world.ts'

/** Why somebody may have a message once more than once. */
export interface Exception {
  readonly mark: string
  readonly recipient: string
  readonly cause: 'the final reply was lost' | 'the power failed between acceptance and record'
}

/** A result is recorded at once; a slow line and a busy store may take so long. Older ones have no excuse. */
const RECORDED_WITHIN_MS = 60_000

export interface Balance {
  readonly accepted: number
  readonly delivered: number
  readonly bounced: number
  readonly expired: number
  readonly dropped: number
  readonly open: number
}

export class Ledger {
  readonly #world: World
  /** Taken by a remote host, answered, and not in the books of the machine when its power failed. */
  readonly #unrecorded = new Set<string>()
  #lostAtMs = 0

  constructor(world: World) {
    this.#world = world
  }

  /** The machine, or a worker on it, is lost at this moment. */
  noteLoss(): void {
    this.#lostAtMs = this.#world.clock.now()
  }

  /** When the store can be asked again, before anything is delivered: what was taken elsewhere just before and is not recorded here. */
  async lookAfterLoss(): Promise<void> {
    const { store } = this.#world.machine
    const delivered = new Set<string>()
    for (const row of await recipientRows(store)) if (row.state === 'delivered') delivered.add(`${row.messageId} ${row.address}`)
    for (const mail of this.remoteMails()) {
      if (mail.atMs < this.#lostAtMs - RECORDED_WITHIN_MS) continue
      const id = queueIdOf(mail)
      for (const recipient of mail.recipients)
        if (!delivered.has(`${id} ${recipient}`)) this.#unrecorded.add(copyKey(mail, recipient))
    }
  }

  remoteMails(): readonly AcceptedMail[] {
    return this.#world.hosts.flatMap((host) => host.mails)
  }

  /** Every try that got 250 has reached each of its recipients, and nobody got a copy too many but for the exceptions. Answers those. */
  async assertDelivered(): Promise<readonly Exception[]> {
    const copies = await this.#copies()
    const exceptions: Exception[] = []
    for (const one of this.#world.clients.flatMap((client) => client.tries)) {
      for (const recipient of one.recipients) {
        const arrived = copies.get(`${one.mark} ${recipient}`) ?? []
        if (one.outcome === 'accepted') assert.ok(arrived.length > 0, `${one.mark} was accepted and never reached ${recipient}`)
        exceptions.push(...this.#excused(one, recipient, arrived))
      }
      this.#assertAllOrNothing(one, copies)
    }
    return exceptions
  }

  /** Of all accepted recipients each is in one place, in the rows and in the events. */
  async assertBalanced(): Promise<Balance> {
    const { store } = this.#world.machine
    const [recipients, messages, events] = await Promise.all([recipientRows(store), messageRows(store), eventRows(store)])
    const accepted = events
      .filter(({ type }) => type === 'received')
      .reduce((sum, { data }) => sum + Number(data['recipientCount']), 0)
    const count = (state: string): number => recipients.filter((row) => row.state === state).length
    const open = count('scheduled') + count('active') + count('held')
    const balance = {
      ...{ accepted, open },
      delivered: count('delivered'),
      bounced: count('bounced'),
      expired: count('expired'),
      dropped: count('dropped'),
    }
    const sum = balance.delivered + balance.bounced + balance.expired + balance.dropped + open
    assert.equal(accepted, sum, `accepted recipients are all accounted for: ${JSON.stringify(balance)}`)
    for (const row of recipients) assertOneEnd(row, events)
    for (const { id, openRecipients } of messages) {
      const rows = recipients.filter((row) => row.messageId === id && ['scheduled', 'active', 'held'].includes(row.state))
      assert.equal(openRecipients, rows.length, `message ${id} counts its open recipients`)
    }
    await this.#assertContentHeld(messages)
    return balance
  }

  /** Every content is held by as many as say so, and none stays behind. */
  async #assertContentHeld(messages: readonly { readonly contentId: string; readonly openRecipients: number }[]): Promise<void> {
    const { store } = this.#world.machine
    const holders = new Map<string, number>()
    const hold = (id: string): void => void holders.set(id, (holders.get(id) ?? 0) + 1)
    for (const { contentId, openRecipients } of messages) if (openRecipients > 0) hold(contentId)
    for (const { contentId } of await mailboxRows(store)) hold(contentId)
    const contents = await contentRows(store)
    for (const { id, refs } of contents)
      if (refs > 0) assert.equal(refs, holders.get(id) ?? 0, `content ${id} is held by as many as say so`)
    const known = new Set(contents.map(({ id }) => id))
    for (const id of holders.keys()) assert.ok(known.has(id), `content ${id} is held and gone`)
  }

  /** By mark and recipient: every copy, remote or in a mailbox of ours. */
  async #copies(): Promise<Map<string, (AcceptedMail | 'mailbox')[]>> {
    const copies = new Map<string, (AcceptedMail | 'mailbox')[]>()
    const add = (key: string, copy: AcceptedMail | 'mailbox'): void => {
      const list = copies.get(key)
      if (list) list.push(copy)
      else copies.set(key, [copy])
    }
    for (const mail of this.remoteMails())
      for (const to of mail.recipients) add(`${markOf(mail.content.toString('latin1'))} ${to}`, mail)
    for (const person of this.#world.people)
      for (const text of await this.#world.mailbox(person)) add(`${markOf(text)} ${person}`, 'mailbox')
    return copies
  }

  #excused(one: Try, recipient: string, arrived: readonly (AcceptedMail | 'mailbox')[]): readonly Exception[] {
    const exceptions: Exception[] = []
    for (const copy of arrived) {
      if (copy === 'mailbox') continue
      assert.ok(copy.content.subarray(-one.content.length).equals(one.content), `${one.mark} reached ${recipient} as it was sent`)
      const where = { mark: one.mark, recipient }
      if (!copy.isAnswered()) exceptions.push({ ...where, cause: 'the final reply was lost' })
      else if (this.#unrecorded.has(copyKey(copy, recipient)))
        exceptions.push({ ...where, cause: 'the power failed between acceptance and record' })
    }
    const excess = arrived.length - 1
    assert.ok(
      excess <= exceptions.length,
      `${one.mark} reached ${recipient} ${arrived.length} times: ${JSON.stringify(exceptions)}`,
    )
    return exceptions.slice(0, Math.max(0, excess))
  }

  /** A message is accepted for all its recipients or for none, whatever its sender was told. */
  #assertAllOrNothing(one: Try, copies: ReadonlyMap<string, unknown>): void {
    if (one.outcome === 'accepted') return
    const reached = one.recipients.filter((recipient) => copies.has(`${one.mark} ${recipient}`))
    if (one.outcome !== 'unknown') assert.deepEqual(reached, [], `${one.mark} was ${one.outcome}, and yet delivered`)
    else assert.ok(reached.length === 0 || reached.length === one.recipients.length, `${one.mark} was accepted by halves`)
  }
}

function assertOneEnd(
  row: { readonly messageId: string; readonly address: string; readonly state: string },
  events: readonly { readonly messageId: string; readonly recipient: string | null; readonly type: string }[],
): void {
  const ends = events.filter(
    (event) => event.messageId === row.messageId && event.recipient === row.address && EVENT_TYPES[event.type as EventType].final,
  )
  const expected = ['delivered', 'bounced', 'expired', 'dropped'].includes(row.state) ? [row.state] : []
  assert.deepEqual(
    ends.map(({ type }) => type),
    expected,
    `the events of ${row.messageId} for ${row.address} tell its end once`,
  )
}

/** Only of the message itself: a report about it quotes its header. */
export function markOf(text: string): string {
  const header = text.slice(0, text.indexOf('\r\n\r\n'))
  return /^X-Try: (.*?)\r?$/m.exec(header)?.[1] ?? ''
}

/** Our Received field names the message in our queue. */
function queueIdOf(mail: AcceptedMail): string {
  return /\bid ([0-9a-z]{18})\b/.exec(mail.content.toString('latin1', 0, 1000))?.[1] ?? ''
}

function copyKey(mail: AcceptedMail, recipient: string): string {
  return `${queueIdOf(mail)} ${mail.atMs} ${recipient}`
}
