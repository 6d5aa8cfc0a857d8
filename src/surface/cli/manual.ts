// docs/cli.md, made from the table of commands; a test keeps the two equal.

import { COMMANDS, COMMON_OPTIONS, type CommandSpec, type OptionSpec } from './commands.ts'
import { EXIT_WORDS } from './exit.ts'
import { describe, optionWords, synopsis } from './help.ts'

export function manual(): string {
  return [
    '# The command line',
    '',
    '<!-- Made by `node tools/bootstrap.cjs tool src/surface/cli/manual.ts > docs/cli.md`; a test compares. -->',
    '',
    'Commands talk to the running server over `control.sock` in the data folder. Where no server runs, they open the store themselves and',
    'hold its lock for as long as they take; `status`, `stop` and `reload` need a server.',
    '',
    'The answer goes to standard output, everything else to standard error. With `--json` the answer is one JSON value, and so is an error:',
    '`{"error":{"code","message","next"}}`. Colours appear on a terminal alone, and not where `NO_COLOR` is set.',
    '',
    '## Exit codes',
    '',
    ...tableOf(
      ['code', 'meaning'],
      EXIT_WORDS.map(([code, words]) => [String(code), words]),
    ),
    '',
    '## Options of every command',
    '',
    ...optionTable(COMMON_OPTIONS),
    '',
    ...COMMANDS.flatMap(section),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n')
}

function section(command: CommandSpec): readonly string[] {
  const lines = [
    `## posthorn ${command.name}`,
    '',
    `${command.summary}.${command.detail ? ` ${command.detail}` : ''}`,
    '',
    '```',
    synopsis(command),
    '```',
    '',
  ]
  if (command.arguments.length > 0)
    lines.push(
      ...tableOf(
        ['argument', 'meaning'],
        command.arguments.map((a) => [`\`${a.name}\``, a.summary]),
      ),
      '',
    )
  if (command.options.length > 0) lines.push(...optionTable(command.options), '')
  for (const [text, what] of command.examples) lines.push(`- \`${text}\`: ${what}`)
  return command.examples.length > 0 ? [...lines, ''] : lines
}

function optionTable(options: readonly OptionSpec[]): readonly string[] {
  return tableOf(
    ['option', 'meaning'],
    options.map((option) => [`\`${optionWords(option)}\``, describe(option)]),
  )
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return [head, head.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  )
}

if (import.meta.main) process.stdout.write(manual())
