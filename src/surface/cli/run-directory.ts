// Commands about domains and people.

import { err, ok, type Result } from '../../ground/result.ts'
import { domainToUnicode, formatAddress, parseAddress } from '../../mail/message/message.ts'
import type { Domain, User } from '../api/api.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { PASSWORD_LINE_BYTES_MAX } from './limits.ts'
import type { Session } from './session.ts'
import { safe, table } from './terminal.ts'
import { dateOf } from './times.ts'

export function domainAdd(session: Session): Promise<ExitCode> {
  const name = session.argument(0) ?? ''
  return session.ask(async (operations) => {
    const added = await operations.addDomain(name)
    if (added.ok && !added.value.name.includes('.'))
      session.io.note(
        '! A name without a dot is not in DNS: mail from other servers cannot come. Such as example.com was meant?\n',
      )
    return session.conclude(
      added,
      (domain) =>
        `✓ This server now takes mail for ${bothForms(domain.name)}. Next: ${session.command(`user add NAME@${safe(domain.name)}`)}\n`,
    )
  })
}

/** As people write it, and as DNS and settings have it. */
function bothForms(name: string): string {
  const written = domainToUnicode(name)
  return written === name ? safe(name) : `${safe(written)} (${safe(name)} in DNS)`
}

export function domainList(session: Session): Promise<ExitCode> {
  return session.ask(async (operations) =>
    session.conclude(await operations.listDomains(), ({ rows }) => {
      if (rows.length === 0) return `No domains yet. "${session.command('domain add DOMAIN')}" adds the first.\n`
      return table<Domain>(
        session.look,
        [
          { title: 'DOMAIN', text: (row) => row.name, flexible: true },
          { title: 'USERS', text: (row) => String(row.users), align: 'right' },
          { title: 'SINCE', text: (row) => dateOf(row.createdAt) },
        ],
        rows,
      )
    }),
  )
}

export function domainRemove(session: Session): Promise<ExitCode> {
  const name = session.argument(0) ?? ''
  return session.ask(async (operations) =>
    session.conclude(await operations.removeDomain(name), () => `✓ ${safe(name)} is no longer a domain of this server.\n`),
  )
}

export async function userAdd(session: Session): Promise<ExitCode> {
  const address = session.argument(0) ?? ''
  const fault = addressFault(session, address) ?? (asksPassword(session) ? await beforeAdding(session, address) : undefined)
  if (fault !== undefined) return fault
  const password = await passwordFor(session, address)
  if (!password.ok) return password.error
  return session.ask(async (operations) =>
    session.conclude(
      await operations.addUser({ address, name: session.option('name') ?? '', ...password.value }),
      (added) => `✓ ${safe(added.user.address)} has a mailbox.\n${madePassword(added.password)}`,
    ),
  )
}

export function userList(session: Session): Promise<ExitCode> {
  return session.ask(async (operations) =>
    session.conclude(await operations.listUsers(session.option('domain')), ({ rows }) => {
      if (rows.length === 0) return `No users yet. "${session.command('user add ADDRESS')}" adds the first.\n`
      return table<User>(
        session.look,
        [
          { title: 'ADDRESS', text: (row) => row.address, flexible: true },
          { title: 'NAME', text: (row) => row.name, flexible: true },
          { title: '', text: (row) => (row.disabled ? 'disabled' : ''), tone: () => 'bad' },
        ],
        rows,
      )
    }),
  )
}

export async function userPasswd(session: Session): Promise<ExitCode> {
  const address = session.argument(0) ?? ''
  const fault = addressFault(session, address) ?? (asksPassword(session) ? await beforeChanging(session, address) : undefined)
  if (fault !== undefined) return fault
  const password = await passwordFor(session, address)
  if (!password.ok) return password.error
  return session.ask(async (operations) =>
    session.conclude(
      await operations.setPassword(address, password.value.password),
      (set) => `✓ The password of ${safe(address)} is changed.\n${madePassword(set.password)}`,
    ),
  )
}

export async function userRemove(session: Session): Promise<ExitCode> {
  const address = session.argument(0) ?? ''
  const fault =
    addressFault(session, address) ??
    (session.io.inputIsTerminal && !session.has('yes') ? await beforeChanging(session, address) : undefined)
  if (fault !== undefined) return fault
  if (!(await session.sure(`Remove ${safe(address)}, the mailbox and all mail in it?`))) {
    return session.usage('Nothing was removed: nobody said yes.', 'Answer y, or give --yes.')
  }
  return session.ask(async (operations) =>
    session.conclude(await operations.removeUser(address), () => `✓ ${safe(address)} is removed.\n`),
  )
}

/** What cannot be is said before anybody thinks of a password; undefined where nothing is wrong. */
function addressFault(session: Session, address: string): ExitCode | undefined {
  const parsed = parseAddress(address)
  return parsed.ok
    ? undefined
    : session.usage(`"${address}" is no mail address: ${parsed.error}.`, 'Write it like anna@example.com.')
}

function asksPassword(session: Session): boolean {
  return session.io.inputIsTerminal && !session.has('generate') && !session.has('password-stdin')
}

async function beforeAdding(session: Session, address: string): Promise<ExitCode | undefined> {
  const domain = address.slice(address.lastIndexOf('@') + 1)
  const code = await session.ask(async (operations) => {
    const there = await operations.listUsers(domain)
    if (!there.ok) return session.fail({ ...there.error, next: `Add it first: posthorn domain add ${domain}` })
    if (there.value.rows.some((row) => isSame(row.address, address)))
      return session.fail({
        code: 'already-exists',
        message: `${address} is there already.`,
        next: '"posthorn user list" shows who there is.',
      })
    return EXIT.ok
  })
  return code === EXIT.ok ? undefined : code
}

async function beforeChanging(session: Session, address: string): Promise<ExitCode | undefined> {
  const code = await session.ask(async (operations) => {
    const all = await operations.listUsers()
    if (!all.ok) return session.fail(all.error)
    if (all.value.rows.some((row) => isSame(row.address, address))) return EXIT.ok
    return session.fail({
      code: 'not-found',
      message: `There is nobody with the address ${address} here.`,
      next: '"posthorn user list" shows who there is.',
    })
  })
  return code === EXIT.ok ? undefined : code
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [parseAddress(one), parseAddress(other)]
  return a.ok && b.ok && formatAddress(a.value).toLowerCase() === formatAddress(b.value).toLowerCase()
}

function madePassword(password: string | undefined): string {
  return password === undefined ? '' : `  Password: ${password}\n  It is shown this once.\n`
}

/** No password in the value: the server makes one. */
async function passwordFor(session: Session, address: string): Promise<Result<{ password?: string }, ExitCode>> {
  if (session.has('generate')) return ok({})
  if (session.has('password-stdin')) return lineFromInput(session)
  if (!session.io.inputIsTerminal)
    return err(
      session.usage('No password was given.', 'Give --generate, or --password-stdin and the password on standard input.'),
    )
  const first = await session.io.askSecret(`Password for ${safe(address)}: `)
  const second = first === undefined ? undefined : await session.io.askSecret('Once more: ')
  if (first === undefined || second === undefined) {
    session.io.note('Nothing was changed: no password was given.\n')
    return err(EXIT.interrupted)
  }
  return first === second
    ? checked(session, first)
    : err(session.usage('The two passwords differ. Nothing was changed.', 'Try again.'))
}

async function lineFromInput(session: Session): Promise<Result<{ password?: string }, ExitCode>> {
  let text = Buffer.alloc(0)
  for await (const chunk of session.io.input) {
    text = Buffer.concat([text, chunk])
    if (text.length > PASSWORD_LINE_BYTES_MAX || text.includes(10)) break
  }
  return checked(session, text.toString('utf8').split(/\r?\n/, 1)[0] ?? '')
}

function checked(session: Session, password: string): Result<{ password: string }, ExitCode> {
  return password.length >= 8
    ? ok({ password })
    : err(session.usage('A password has at least 8 characters. Nothing was changed.', 'Choose a longer one, or give --generate.'))
}
