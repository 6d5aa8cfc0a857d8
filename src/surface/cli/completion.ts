// Completion scripts for the shells, made from the table of commands.

import { COMMANDS, COMMON_OPTIONS, type CommandSpec, type OptionSpec } from './commands.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

export function completion(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return bash()
    case 'zsh':
      return `#compdef posthorn\nautoload -U +X bashcompinit && bashcompinit\n${bash()}`
    case 'fish':
      return fish()
  }
}

const firstWords = (): readonly string[] => [...new Set(COMMANDS.map((command) => command.name.split(' ')[0] ?? ''))]
const verbsOf = (group: string): readonly string[] =>
  COMMANDS.filter((c) => c.name.startsWith(`${group} `)).map((c) => c.name.slice(group.length + 1))
const optionsOf = (command: CommandSpec): readonly OptionSpec[] => [...command.options, ...COMMON_OPTIONS]

function bash(): string {
  const groups = firstWords().filter((word) => verbsOf(word).length > 0)
  const cases = COMMANDS.map(
    (command) =>
      `    "${command.name}") words="${optionsOf(command)
        .map((o) => `--${o.name}`)
        .join(' ')}" ;;`,
  )
  const verbs = groups.map((group) => `    ${group}) words="${verbsOf(group).join(' ')}" ;;`)
  const choices = COMMANDS.flatMap((command) => command.options)
    .filter((o) => o.choices)
    .map((o) => [o.name, o.choices?.join(' ')] as const)
  return `_posthorn() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}" words=""
  case "$command" in ${groups.join('|')}) command="$command \${COMP_WORDS[2]}" ;; esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${firstWords().join(' ')}"
  elif [ "$COMP_CWORD" -eq 2 ] && [[ "$current" != -* ]]; then case "\${COMP_WORDS[1]}" in
${verbs.join('\n')}
    completion) words="${SHELLS.join(' ')}" ;;
    help) words="${firstWords().join(' ')}" ;;
  esac
  else case "$previous" in
${[...new Map(choices)].map(([name, words]) => `    --${name}) words="${words}" ;;`).join('\n')}
  esac; fi
  if [ -z "$words" ] && [[ "$current" == -* ]]; then case "$command" in
${cases.join('\n')}
  esac; fi
  if [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "$current"))
  else COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _posthorn posthorn
`
}

function fish(): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const lines = ['complete -c posthorn -f']
  for (const word of firstWords()) {
    const summary = COMMANDS.find((command) => command.name === word)?.summary ?? verbsOf(word).join(', ')
    lines.push(`complete -c posthorn -n __fish_use_subcommand -a ${word} -d ${quote(summary)}`)
  }
  for (const command of COMMANDS) {
    const [group = '', verb] = command.name.split(' ')
    const seen = `__fish_seen_subcommand_from ${group}`
    if (verb !== undefined) {
      const none = `${seen}; and not __fish_seen_subcommand_from ${verbsOf(group).join(' ')}`
      lines.push(`complete -c posthorn -n ${quote(none)} -a ${verb} -d ${quote(command.summary)}`)
    }
    const here = verb === undefined ? seen : `${seen}; and __fish_seen_subcommand_from ${verb}`
    for (const option of optionsOf(command)) {
      const value = option.choices
        ? ` -x -a ${quote(option.choices.join(' '))}`
        : option.value === 'FILE' || option.value === 'DIR'
          ? ' -r -F'
          : option.value
            ? ' -x'
            : ''
      const short = option.short ? ` -s ${option.short}` : ''
      lines.push(`complete -c posthorn -n ${quote(here)} -l ${option.name}${short}${value} -d ${quote(option.summary)}`)
    }
  }
  lines.push(`complete -c posthorn -n '__fish_seen_subcommand_from completion' -a ${quote(SHELLS.join(' '))}`)
  return `${lines.join('\n')}\n`
}
