// The commands as data: parsing, help, completion and docs/cli.md are all made from this table. What they do is in `run.ts`.

export interface OptionSpec {
  readonly name: string
  readonly short?: string
  /** Absent: a switch. */
  readonly value?: string
  readonly repeat?: true
  readonly choices?: readonly string[]
  readonly summary: string
}

export interface ArgumentSpec {
  readonly name: string
  readonly optional?: true
  readonly summary: string
}

export interface CommandSpec {
  readonly name: string
  readonly summary: string
  readonly detail?: string
  readonly arguments: readonly ArgumentSpec[]
  readonly options: readonly OptionSpec[]
  readonly examples: readonly (readonly [command: string, what: string])[]
}

export const COMMON_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'data',
    value: 'DIR',
    summary: 'The data folder (or the variable POSTHORN_DATA); the default is ./data, in the current directory',
  },
  { name: 'config', value: 'FILE', summary: 'The settings file (or the variable POSTHORN_CONFIG)' },
  { name: 'json', summary: 'Answer in JSON, for programs' },
  { name: 'help', short: 'h', summary: 'Explain the command' },
]

const FILTERS: readonly OptionSpec[] = [
  { name: 'destination', value: 'DOMAIN', summary: 'Only what goes to this domain' },
  { name: 'from', value: 'ADDRESS', summary: 'Only from this sender; "<>" for reports' },
  { name: 'to', value: 'ADDRESS', summary: 'Only to this recipient' },
  { name: 'state', value: 'STATE', choices: ['waiting', 'sending', 'held'], summary: 'Only in this state' },
  { name: 'older-than', value: 'TIME', summary: 'Only what was received longer ago than this, such as 30m, 4h or 2d' },
]

const PAGES: readonly OptionSpec[] = [
  { name: 'limit', value: 'N', summary: 'At most this many rows, 50 unless told' },
  { name: 'before', value: 'MARK', summary: 'The next page; the mark stands under the page before' },
]

const SERVER_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'port-base',
    value: 'N',
    summary: 'Listen on loopback at N+25, N+587 and so on; 0 takes free ports (or the variable POSTHORN_PORT_BASE)',
  },
  { name: 'hostname', value: 'NAME', summary: 'The name this server goes by' },
]

const MESSAGE_ID: ArgumentSpec = { name: 'ID', optional: true, summary: 'One message; without it, filters or --all say which' }

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'up',
    summary: 'Start the server',
    arguments: [],
    options: SERVER_OPTIONS,
    detail: 'Runs until it is told to stop (Ctrl-C, SIGTERM or "posthorn stop"). Makes the data folder at the first start.',
    examples: [['posthorn up', 'start with the data of ./data, which is made if it is not there']],
  },
  { name: 'stop', summary: 'Stop the server that runs', arguments: [], options: [], examples: [] },
  {
    name: 'reload',
    summary: 'Have the server read its live settings and certificates again',
    arguments: [],
    options: [],
    examples: [],
  },
  {
    name: 'status',
    summary: 'Say whether the server runs, where it listens and what waits',
    arguments: [],
    options: [],
    examples: [],
  },
  {
    name: 'check',
    summary: 'Look for what would go wrong: settings, ports, store, DNS',
    arguments: [],
    options: SERVER_OPTIONS,
    detail: 'Every finding says what to do. The exit code is 1 if something is broken; warnings alone leave it 0.',
    examples: [],
  },
  {
    name: 'domain add',
    summary: 'Take mail for a domain',
    arguments: [{ name: 'DOMAIN', summary: 'Such as example.com' }],
    options: [],
    examples: [['posthorn domain add example.com', 'this server now answers for example.com']],
  },
  { name: 'domain list', summary: 'Show the domains', arguments: [], options: [], examples: [] },
  {
    name: 'domain remove',
    summary: 'Take no more mail for a domain',
    arguments: [{ name: 'DOMAIN', summary: 'A domain without users' }],
    options: [],
    examples: [],
  },
  {
    name: 'user add',
    summary: 'Add a person with a mailbox',
    arguments: [{ name: 'ADDRESS', summary: 'In one of the domains' }],
    options: [
      { name: 'name', value: 'NAME', summary: 'What the person is called' },
      { name: 'generate', summary: 'Make a password and print it once' },
      { name: 'password-stdin', summary: 'Read the password from standard input, one line' },
    ],
    detail:
      'Asks for the password, unless an option says otherwise. A password is never given on the command line: others could see it there.',
    examples: [
      ['posthorn user add anna@example.com', 'asks for a password'],
      ['posthorn user add anna@example.com --generate', 'makes one'],
      ['posthorn user add anna@example.com --password-stdin < secret', 'for scripts'],
    ],
  },
  {
    name: 'user list',
    summary: 'Show the people',
    arguments: [],
    options: [{ name: 'domain', value: 'DOMAIN', summary: 'Only of this domain' }],
    examples: [],
  },
  {
    name: 'user passwd',
    summary: 'Set a new password',
    arguments: [{ name: 'ADDRESS', summary: 'Whose' }],
    options: [
      { name: 'generate', summary: 'Make a password and print it once' },
      { name: 'password-stdin', summary: 'Read the password from standard input, one line' },
    ],
    examples: [],
  },
  {
    name: 'user remove',
    summary: 'Remove a person, with the mailbox and all its mail',
    arguments: [{ name: 'ADDRESS', summary: 'Who' }],
    options: [{ name: 'yes', summary: 'Do not ask; needed where no terminal is' }],
    examples: [],
  },
  {
    name: 'send',
    summary: 'Send a message',
    arguments: [{ name: 'FILE', optional: true, summary: 'The message; standard input when absent or "-"' }],
    options: [
      { name: 'from', value: 'ADDRESS', summary: 'Envelope sender; "<>" for none' },
      { name: 'to', value: 'ADDRESS', repeat: true, summary: 'Recipient; may be given several times' },
      { name: 'subject', value: 'TEXT', summary: 'Subject, where the text has no header of its own' },
    ],
    detail: 'A text without a header gets one. Line ends are made what mail wants.',
    examples: [
      ['posthorn send --from anna@example.com --to kim@example.org letter.eml', 'send a ready message'],
      ['echo Hello | posthorn send --from anna@example.com --to kim@example.org --subject Hi', 'send a line'],
    ],
  },
  {
    name: 'queue list',
    summary: 'Show what is not delivered yet',
    arguments: [],
    options: [...FILTERS, ...PAGES],
    examples: [['posthorn queue list --destination example.org --older-than 4h', 'what has waited for that domain']],
  },
  {
    name: 'queue show',
    summary: 'Show one message of the queue, with its journey',
    arguments: [{ name: 'ID', summary: 'From "queue list"' }],
    options: [],
    examples: [],
  },
  ...(
    [
      ['retry', 'Try to deliver now', 'posthorn queue retry --destination example.org'],
      ['hold', 'Stop deliveries until released', 'posthorn queue hold --from news@example.com'],
      ['release', 'Let what was held go on', 'posthorn queue release --all'],
      ['drop', 'Forget without delivery and without telling the sender', 'posthorn queue drop 01jqw8zk3m9x2c4v6b'],
    ] as const
  ).map(
    ([verb, summary, example]): CommandSpec => ({
      name: `queue ${verb}`,
      summary,
      arguments: [MESSAGE_ID],
      options: [
        ...FILTERS.filter((option) => option.name !== 'state'),
        { name: 'all', summary: 'Everything in the queue' },
        ...(verb === 'drop' ? [{ name: 'yes', summary: 'Do not ask; needed where no terminal is' }] : []),
      ],
      examples: [[example, summary.toLowerCase()]],
    }),
  ),
  {
    name: 'trace',
    summary: 'Follow a message: the timeline of everything that happened to it, explained',
    arguments: [{ name: 'WHAT', optional: true, summary: 'An address, a Message-ID or an id; without it, the latest messages' }],
    options: [{ name: 'latest', summary: 'Where several match, follow the newest' }, ...PAGES],
    examples: [
      ['posthorn trace kim@example.org', 'the messages from and to that address'],
      ['posthorn trace kim@example.org --latest', 'the whole journey of the newest of them'],
    ],
  },
  { name: 'version', summary: 'Print the version', arguments: [], options: [], examples: [] },
  {
    name: 'help',
    summary: 'Explain a command',
    arguments: [{ name: 'COMMAND', optional: true, summary: 'Such as "queue list"' }],
    options: [],
    examples: [],
  },
  {
    name: 'completion',
    summary: 'Print the script that completes commands in a shell',
    arguments: [{ name: 'SHELL', summary: 'bash, zsh or fish' }],
    options: [],
    examples: [['source <(posthorn completion bash)', 'in ~/.bashrc']],
  },
]

export function findCommand(name: string): CommandSpec | undefined {
  return COMMANDS.find((command) => command.name === name)
}
