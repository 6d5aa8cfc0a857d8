// LIST (RFC 9051 §6.3.9, with RFC 5258, 5819 and 6154) and LSUB.

import { type Command, type ListCommand, MailboxPattern, writeList, writeSeparator } from '../../../mail/protocol/imap/imap.ts'
import { listMailboxes, type Mailbox } from '../../mailbox/mailbox.ts'
import { type Done, done } from './outcome.ts'
import { tellStatus } from './status.ts'
import { accountOf, type Talk } from './talk.ts'
import { attributesOf } from './write.ts'

export async function list(talk: Talk, command: ListCommand): Promise<Done> {
  const { reference, patterns, selection, status } = command
  const { core } = talk
  if (patterns.every((pattern) => pattern === '')) {
    writeSeparator(core.out)
    return done('The separator')
  }
  const all = await mailboxesOf(talk)
  const tree = new Tree(all)
  const compiled = patterns.map((pattern) => new MailboxPattern(reference, pattern))
  const matches = (name: string): boolean => compiled.some((pattern) => pattern.matches(name))
  for (const mailbox of all) {
    if (!matches(mailbox.name)) continue
    const isParent =
      selection.has('RECURSIVEMATCH') && tree.below(mailbox).some((m) => isSelected(m, command) && !matches(m.name))
    if (!isParent && !(isSelected(mailbox, command) && isShown(mailbox, command, tree))) continue
    const line = { name: 'LIST', attributes: attributesFor(mailbox, command, tree), mailbox: mailbox.name } as const
    writeList(core.out, isParent ? { ...line, childInfo: ['SUBSCRIBED'] } : line, core)
    if (status && mailbox.selectable) await tellStatus(talk, mailbox, status)
    if (!(await talk.pause())) return 'gone'
  }
  return done('That is all')
}

async function mailboxesOf(talk: Talk): Promise<readonly Mailbox[]> {
  const { org, id: personId } = accountOf(talk)
  return await listMailboxes(talk.context.store, { org, personId })
}

/** Which names have others below them. */
class Tree {
  readonly #mailboxes: readonly Mailbox[]
  readonly #parents = new Set<string>()

  constructor(mailboxes: readonly Mailbox[]) {
    this.#mailboxes = mailboxes
    for (const { name, selectable } of mailboxes) if (selectable) for (const parent of parentsOf(name)) this.#parents.add(parent)
  }

  hasChildren({ name }: Mailbox): boolean {
    return this.#parents.has(name)
  }

  below({ name }: Mailbox): readonly Mailbox[] {
    return this.#mailboxes.filter((mailbox) => mailbox.name.startsWith(`${name}/`))
  }
}

function* parentsOf(name: string): Generator<string> {
  for (let slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) yield name.slice(0, slash)
}

function isSelected({ subscribed, specialUse }: Mailbox, { selection }: ListCommand): boolean {
  if (selection.has('SUBSCRIBED') && !subscribed) return false
  return !selection.has('SPECIAL-USE') || specialUse !== null
}

/** A name that is left of a mailbox is shown for the sake of its children, or to who asks for subscriptions. */
function isShown(mailbox: Mailbox, { selection }: ListCommand, tree: Tree): boolean {
  return mailbox.selectable || selection.has('SUBSCRIBED') || tree.hasChildren(mailbox)
}

function attributesFor(mailbox: Mailbox, { selection, returns }: ListCommand, tree: Tree): readonly string[] {
  const hasChildren = tree.hasChildren(mailbox)
  const attributes = [...attributesOf(mailbox, { hasChildren }), hasChildren ? '\\HasChildren' : '\\HasNoChildren']
  if (mailbox.subscribed && (selection.has('SUBSCRIBED') || returns.has('SUBSCRIBED'))) attributes.push('\\Subscribed')
  return attributes
}

/** RFC 3501 §6.3.9: with `%` a name is also told, as `\Noselect`, when only something below it is subscribed. */
export async function lsub(talk: Talk, { reference, pattern }: Command & { readonly name: 'LSUB' }): Promise<Done> {
  const { core } = talk
  if (pattern === '') {
    writeSeparator(core.out, 'LSUB')
    return done('The separator')
  }
  const compiled = new MailboxPattern(reference, pattern)
  const subscribed = (await mailboxesOf(talk)).filter((mailbox) => mailbox.subscribed)
  const told = new Map<string, readonly string[]>()
  for (const { name, selectable } of subscribed) if (compiled.matches(name)) told.set(name, selectable ? [] : ['\\Noselect'])
  if (pattern.includes('%'))
    for (const { name } of subscribed)
      for (const parent of compiled.matches(name) ? [] : parentsOf(name))
        if (compiled.matches(parent) && !told.has(parent)) told.set(parent, ['\\Noselect'])
  for (const [mailbox, attributes] of told) writeList(core.out, { name: 'LSUB', attributes, mailbox }, core)
  return done('That is all')
}
