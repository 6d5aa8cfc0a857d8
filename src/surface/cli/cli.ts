// The door of the command line: words in, an exit code out.

import { suggestion } from '../../ground/suggestion.ts'
import { COMMANDS, COMMON_OPTIONS } from './commands.ts'
import { completion, SHELLS, type Shell } from './completion.ts'
import { EXIT } from './exit.ts'
import { help } from './help.ts'
import type { CliIo } from './io.ts'
import { isGroup, parse } from './parse.ts'
import * as directory from './run-directory.ts'
import * as queue from './run-queue.ts'
import { send } from './run-send.ts'
import * as server from './run-server.ts'
import { errorText, Session } from './session.ts'
import { jsonText, lookOf } from './terminal.ts'

export { EXIT, type ExitCode } from './exit.ts'
export type { CheckResult, CliIo, FileFault, Offline, OfflineError, Program, UpOptions } from './io.ts'

/** By the names of the table in `commands.ts`; a test holds the two together. */
type Run = (session: Session) => Promise<number> | number

export const RUN: ReadonlyMap<string, Run> = new Map<string, Run>([
  ['up', server.up],
  ['stop', server.stop],
  ['reload', server.reload],
  ['status', server.status],
  ['check', server.check],
  ['domain add', directory.domainAdd],
  ['domain list', directory.domainList],
  ['domain remove', directory.domainRemove],
  ['user add', directory.userAdd],
  ['user list', directory.userList],
  ['user passwd', directory.userPasswd],
  ['user remove', directory.userRemove],
  ['send', send],
  ['queue list', queue.queueList],
  ['queue show', queue.queueShow],
  ['queue retry', (session: Session) => queue.queueChange(session, 'retry')],
  ['queue hold', (session: Session) => queue.queueChange(session, 'hold')],
  ['queue release', (session: Session) => queue.queueChange(session, 'release')],
  ['queue drop', (session: Session) => queue.queueChange(session, 'drop')],
  ['trace', queue.trace],
  [
    'version',
    (session: Session) =>
      session.answer({ version: session.io.program.version }, () => `posthorn ${session.io.program.version}\n`),
  ],
  ['help', helpCommand],
  ['completion', completionCommand],
])

/** `argv` without the program's name. */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  const parsed = parse(argv)
  if (!parsed.ok) {
    const { message, next } = parsed.error
    if (argv.includes('--json')) io.out(jsonText({ error: { code: 'invalid-request', message, next } }))
    else io.note(errorText(lookOf(io), message, next))
    return EXIT.usage
  }
  const session = new Session(io, parsed.value)
  const { name } = parsed.value.command
  if (session.has('help')) return explain(session, name)
  const run = RUN.get(name)
  return run === undefined ? session.usage(`"${name}" is not built yet.`) : run(session)
}

function helpCommand(session: Session): number {
  return explain(session, session.argument(0))
}

function explain(session: Session, name: string | undefined): number {
  const text = help(session.look, name)
  if (text !== undefined) {
    const commands = COMMANDS.filter(
      (command) => name === undefined || command.name === name || command.name.startsWith(`${name} `),
    )
    return session.answer({ commands, commonOptions: COMMON_OPTIONS }, () => text)
  }
  return session.usage(
    `There is no command "${name}".${suggestion(
      name ?? '',
      [...RUN.keys()].flatMap((key) => [key, key.split(' ')[0] ?? '']).filter((word) => RUN.has(word) || isGroup(word)),
    )}`,
    '"posthorn help" lists the commands.',
  )
}

function completionCommand(session: Session): number {
  const shell = session.argument(0)
  if (!SHELLS.includes(shell as Shell))
    return session.usage(`There is a completion for ${SHELLS.join(', ')}, not for "${shell}".`)
  session.io.out(completion(shell as Shell))
  return EXIT.ok
}
