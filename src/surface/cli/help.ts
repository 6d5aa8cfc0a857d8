// Help on the terminal, made from the table of commands.

import { COMMANDS, COMMON_OPTIONS, type CommandSpec, findCommand, type OptionSpec } from './commands.ts'
import { isGroup } from './parse.ts'
import { type Look, paint, paragraph, width } from './terminal.ts'

export function synopsis(command: CommandSpec): string {
  const words = command.arguments.map((argument) => (argument.optional ? `[${argument.name}]` : argument.name))
  return ['posthorn', command.name, ...words, ...(command.options.length > 0 ? ['[OPTIONS]'] : [])].join(' ')
}

export function optionWords(option: OptionSpec): string {
  const short = option.short ? `-${option.short}, ` : ''
  return `${short}--${option.name}${option.value ? ` ${option.value}` : ''}`
}

/** Help on everything, on a group such as `queue`, or on one command; undefined when there is no such thing. */
export function help(look: Look, name: string | undefined): string | undefined {
  if (name === undefined) return overview(look, COMMANDS, 'Posthorn: email, the whole way.')
  const command = findCommand(name)
  if (command) return one(look, command)
  return isGroup(name)
    ? overview(
        look,
        COMMANDS.filter((candidate) => candidate.name.startsWith(`${name} `)),
        `posthorn ${name}`,
      )
    : undefined
}

function overview(look: Look, commands: readonly CommandSpec[], title: string): string {
  const names = commands.map((command) =>
    [command.name, ...command.arguments.map((a) => (a.optional ? `[${a.name}]` : a.name))].join(' '),
  )
  const lines = [
    paint(look, 'strong', title),
    '',
    ...pairs(
      look,
      names,
      commands.map((command) => command.summary),
    ),
    '',
    ...paragraph(look, '', '"posthorn help COMMAND" explains one. Common options: --data DIR, --config FILE, --json, --help.'),
    ...paragraph(
      look,
      '',
      'The data is in ./data of the current directory, unless --data, POSTHORN_DATA or the settings file says otherwise.',
    ),
  ]
  return `${lines.join('\n')}\n`
}

function one(look: Look, command: CommandSpec): string {
  const lines = [paint(look, 'strong', synopsis(command)), '', ...paragraph(look, '', `${command.summary}.`)]
  if (command.detail) lines.push(...paragraph(look, '', command.detail))
  if (command.arguments.length > 0)
    lines.push(
      '',
      'Arguments',
      ...pairs(
        look,
        command.arguments.map((a) => a.name),
        command.arguments.map((a) => a.summary),
      ),
    )
  const options = [...command.options, ...COMMON_OPTIONS]
  lines.push('', 'Options', ...pairs(look, options.map(optionWords), options.map(describe)))
  if (command.examples.length > 0)
    lines.push(
      '',
      'Examples',
      ...command.examples.flatMap(([text, what]) => [`  ${paint(look, 'accent', text)}`, ...paragraph(look, '      ', what)]),
    )
  return `${lines.join('\n')}\n`
}

export function describe(option: OptionSpec): string {
  return option.choices ? `${option.summary}: ${option.choices.join(', ')}` : option.summary
}

function pairs(look: Look, left: readonly string[], right: readonly string[]): readonly string[] {
  const columns = Math.max(...left.map(width))
  return left.flatMap((text, i) => {
    const [first = '', ...rest] = paragraph({ ...look, columns: look.columns - columns - 4 }, '', right[i] ?? '')
    return [
      `  ${paint(look, 'accent', text)}${' '.repeat(columns - width(text) + 2)}${first}`,
      ...rest.map((line) => ' '.repeat(columns + 4) + line),
    ]
  })
}
