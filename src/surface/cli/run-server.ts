// Commands about the server itself.

import { isHostName } from '../../ground/host-name.ts'
import { err, ok, type Result } from '../../ground/result.ts'
import type { Status } from '../api/api.ts'
import { EXIT, type ExitCode } from './exit.ts'
import type { CheckResult, UpOptions } from './io.ts'
import type { Session } from './session.ts'
import { paint, paragraph, safe, type Tone } from './terminal.ts'
import { relative } from './times.ts'

export async function up(session: Session): Promise<number> {
  const options = serverOptions(session)
  return options.ok ? session.io.program.up(options.value) : options.error
}

export function stop(session: Session): Promise<ExitCode> {
  return session.askServer(async (operations) =>
    session.conclude(await operations.stop(), () => '✓ The server finishes what it is doing and stops.\n'),
  )
}

export function reload(session: Session): Promise<ExitCode> {
  return session.askServer(async (operations) =>
    session.conclude(await operations.reload(), ({ waiting }) => reloadText(session, waiting)),
  )
}

function reloadText(session: Session, waiting: readonly string[]): string {
  const done = `${paint(session.look, 'good', '✓')} Settings and certificates are read again.`
  if (waiting.length === 0) return `${done}\n`
  const rest = paragraph(session.look, '  ', `Also changed, and in force from the next start: ${safe(waiting.join(', '))}.`)
  return `${[done, ...rest].join('\n')}\n`
}

export function status(session: Session): Promise<ExitCode> {
  return session.askServer(async (operations) =>
    session.conclude(await operations.status(), (value) => statusText(session, value)),
  )
}

function statusText(session: Session, value: Status): string {
  const since = value.startedAt === undefined ? '' : `, started ${relative(value.startedAt, session.io.now())}`
  const lines = [
    `${paint(session.look, 'good', '●')} ${safe(value.hostname)}, version ${safe(value.version)}${value.pid === undefined ? '' : `, process ${value.pid}`}${since}`,
    ...value.listeners.map((listener) => `  ${safe(listener.name).padEnd(12)} ${safe(listener.address)} port ${listener.port}`),
    `  queue        ${value.queue.waiting} waiting, ${value.queue.sending} being sent, ${value.queue.held} held`,
  ]
  return `${lines.join('\n')}\n`
}

const MARKS: Readonly<Record<CheckResult['state'], readonly [string, Tone]>> = {
  ok: ['✓', 'good'],
  warning: ['!', 'waiting'],
  failed: ['✗', 'bad'],
}

export async function check(session: Session): Promise<ExitCode> {
  const options = serverOptions(session)
  if (!options.ok) return options.error
  const results = await session.io.program.check(options.value)
  const failed = results.filter((result) => result.state === 'failed').length
  session.answer({ results }, () => {
    const lines = results.flatMap((result) => checkLines(session, result))
    return `${[...lines, '', failed === 0 ? 'Nothing is broken.' : `${failed} of ${results.length} need mending.`].join('\n')}\n`
  })
  return failed === 0 ? EXIT.ok : EXIT.failed
}

function checkLines(session: Session, result: CheckResult): readonly string[] {
  const [mark, tone] = MARKS[result.state]
  const [first = '', ...rest] = paragraph(session.look, '  ', `${safe(result.name)}: ${safe(result.message)}`)
  const next = result.next === undefined || result.state === 'ok' ? [] : paragraph(session.look, '    ', `→ ${safe(result.next)}`)
  return [`${paint(session.look, tone, mark)} ${first.trimStart()}`, ...rest, ...next]
}

/** The highest standard listener is the web page, 8080 above the base. */
const PORT_BASE_MAX = 65_535 - 8080

function serverOptions(session: Session): Result<UpOptions, ExitCode> {
  const typed = session.option('port-base')
  const base = typed ?? (session.io.env['POSTHORN_PORT_BASE'] || undefined)
  if (base !== undefined && !(/^\d{1,5}$/.test(base) && Number(base) <= PORT_BASE_MAX))
    return err(
      session.usage(
        `${typed === undefined ? 'POSTHORN_PORT_BASE' : '--port-base'} is a whole number from 0 to ${PORT_BASE_MAX}, not "${base}".`,
      ),
    )
  const hostname = session.option('hostname')
  if (hostname !== undefined && !isHostName(hostname))
    return err(session.usage(`--hostname is a host name such as mail.example.com, not "${hostname}".`))
  return ok({
    ...session.place,
    json: session.json,
    ...(base === undefined ? {} : { portBase: Number(base) }),
    ...(hostname === undefined ? {} : { hostname }),
  })
}
