// From words to a command with its arguments and options, or to what is wrong with them. Pure.

import { err, ok, type Result } from '../../ground/result.ts'
import { suggestion } from '../../ground/suggestion.ts'
import { COMMANDS, COMMON_OPTIONS, type CommandSpec, findCommand, type OptionSpec } from './commands.ts'

export interface Parsed {
  readonly command: CommandSpec
  readonly arguments: readonly string[]
  /** Option name → values in order; a switch has one empty value. */
  readonly options: ReadonlyMap<string, readonly string[]>
}

export interface UsageError {
  readonly message: string
  readonly next: string
  /** What to explain, when it is clear which was meant. */
  readonly command?: CommandSpec
}

export function parse(argv: readonly string[]): Result<Parsed, UsageError> {
  const words = rewriteShortcuts(argv)
  const found = takeCommand(words)
  return found.ok ? parseRest(found.value.command, found.value.rest) : found
}

/** `posthorn`, `posthorn --help`, `posthorn -v` and `posthorn queue` mean something too. */
function rewriteShortcuts(argv: readonly string[]): readonly string[] {
  const [first] = argv
  if (first === undefined || first === '--help' || first === '-h') return ['help', ...argv.slice(1)]
  if (first === '--version' || first === '-v') return ['version', ...argv.slice(1)]
  if ((argv[1] === '--help' || argv[1] === '-h') && isGroup(first)) return ['help', first]
  if (first !== 'help') return argv
  const options = argv.slice(1).filter((word) => word.startsWith('-'))
  const words = argv.slice(1).filter((word) => !word.startsWith('-'))
  return words.length > 1 ? ['help', words.join(' '), ...options] : argv
}

export function isGroup(word: string): boolean {
  return COMMANDS.some((command) => command.name.startsWith(`${word} `))
}

function takeCommand(
  words: readonly string[],
): Result<{ readonly command: CommandSpec; readonly rest: readonly string[] }, UsageError> {
  const two = findCommand(words.slice(0, 2).join(' '))
  if (two) return ok({ command: two, rest: words.slice(two.name.split(' ').length) })
  const one = findCommand(words[0] ?? '')
  if (one) return ok({ command: one, rest: words.slice(1) })
  const group = words[0] ?? ''
  if (isGroup(group)) {
    const verbs = COMMANDS.filter((command) => command.name.startsWith(`${group} `)).map((command) =>
      command.name.slice(group.length + 1),
    )
    const said = words[1]
    if (said === undefined || said.startsWith('-'))
      return err({
        message: `"${group}" wants one word more: ${verbs.join(', ')}.`,
        next: `"posthorn help ${group}" explains them.`,
      })
    return err({
      message: `There is no command "${group} ${said}".${suggestion(said, verbs)}`,
      next: `"posthorn help ${group}" explains what there is.`,
    })
  }
  const names = [...new Set(COMMANDS.map((command) => command.name.split(' ')[0] ?? ''))]
  return err({
    message: `There is no command "${group}".${suggestion(group, names)}`,
    next: '"posthorn help" lists the commands.',
  })
}

function parseRest(command: CommandSpec, rest: readonly string[]): Result<Parsed, UsageError> {
  const options = new Map<string, string[]>()
  const positional: string[] = []
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? ''
    if (word === '--') {
      positional.push(...rest.slice(i + 1))
      break
    }
    if (word === '-' || !word.startsWith('-')) {
      positional.push(word)
      continue
    }
    const taken = takeOption(command, word, rest[i + 1])
    if (!taken.ok) return taken
    const { option, value, words } = taken.value
    const before = options.get(option.name)
    if (before && !option.repeat) return wrong(command, `--${option.name} is given twice.`)
    options.set(option.name, [...(before ?? []), value])
    i += words - 1
  }
  if (options.has('help')) return ok({ command, arguments: positional, options })
  return countArguments(command, positional) ?? ok({ command, arguments: positional, options })
}

interface Taken {
  readonly option: OptionSpec
  readonly value: string
  readonly words: number
}

function takeOption(command: CommandSpec, word: string, following: string | undefined): Result<Taken, UsageError> {
  const known = [...command.options, ...COMMON_OPTIONS]
  const [name = '', inline] = word.startsWith('--') ? split(word.slice(2)) : [word.slice(1), undefined]
  const option = known.find((candidate) => (word.startsWith('--') ? candidate.name === name : candidate.short === name))
  if (!option)
    return wrong(
      command,
      `"${command.name}" has no option ${word.split('=')[0]}.${suggestion(
        name,
        known.map((o) => o.name),
        '--',
      )}`,
    )
  if (option.value === undefined)
    return inline === undefined ? ok({ option, value: '', words: 1 }) : wrong(command, `--${option.name} takes no value.`)
  const value = inline ?? following
  if (value === undefined || (inline === undefined && value.startsWith('--')))
    return wrong(command, `--${option.name} wants a value: --${option.name} ${option.value}.`)
  if (option.choices && !option.choices.includes(value)) {
    return wrong(
      command,
      `--${option.name} is one of ${option.choices.join(', ')}, not "${value}".${suggestion(value, option.choices)}`,
    )
  }
  return ok({ option, value, words: inline === undefined ? 2 : 1 })
}

function split(text: string): [string, string | undefined] {
  const at = text.indexOf('=')
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

function countArguments(command: CommandSpec, given: readonly string[]): Result<never, UsageError> | undefined {
  const missing = command.arguments.filter((argument) => !argument.optional)[given.length]
  if (missing) return wrong(command, `"${command.name}" wants ${missing.name}: ${missing.summary.toLowerCase()}.`)
  const extra = given[command.arguments.length]
  return extra === undefined ? undefined : wrong(command, `"${command.name}" does not know what to do with "${extra}".`)
}

function wrong(command: CommandSpec, message: string): Result<never, UsageError> {
  return err({ message, next: `"posthorn ${command.name} --help" explains it.`, command })
}
