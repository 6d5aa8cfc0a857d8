// What every command has in hand: what was typed, the look of the terminal, and the operations it asks, from wherever they come.

import { resolve } from 'node:path'
import { err, ok, type Result } from '../../ground/result.ts'
import type { Failure, Operations } from '../api/api.ts'
import { EXIT, type ExitCode, exitOf } from './exit.ts'
import type { CliIo, OfflineError, Place } from './io.ts'
import type { Parsed } from './parse.ts'
import { jsonText, type Look, lookOf, paint, paragraph, safe } from './terminal.ts'

export class Session {
  readonly io: CliIo
  readonly parsed: Parsed
  readonly look: Look

  constructor(io: CliIo, parsed: Parsed) {
    this.io = io
    this.parsed = parsed
    this.look = lookOf(io)
  }

  get place(): Place {
    const named = this.option('data') ?? this.io.env['POSTHORN_DATA']
    const configFile = this.option('config') ?? (this.io.env['POSTHORN_CONFIG'] || undefined)
    return {
      dataDir: named || this.io.program.defaultDataDir,
      dataDirNamed: Boolean(named),
      ...(configFile === undefined ? {} : { configFile }),
      words: ['data', 'config'].map((name) => (this.has(name) ? ` --${name} ${quoted(this.option(name) ?? '')}` : '')).join(''),
    }
  }

  /** A command to type, for hints: `trace ID` → `posthorn trace ID --data DIR`. */
  command(words: string): string {
    return `posthorn ${words}${this.place.words}`
  }

  get json(): boolean {
    return this.has('json')
  }

  has(name: string): boolean {
    return this.parsed.options.has(name)
  }

  option(name: string): string | undefined {
    return this.parsed.options.get(name)?.[0]
  }

  argument(index: number): string | undefined {
    return this.parsed.arguments[index]
  }

  /** The answer: as JSON when asked for, else as `words` say. */
  answer(value: unknown, words: () => string): ExitCode {
    this.io.out(this.json ? jsonText(value) : words())
    return EXIT.ok
  }

  /** `answer` for what may have failed. */
  conclude<T>(result: Result<T, Failure>, words: (value: T) => string): ExitCode {
    return result.ok ? this.answer(result.value, () => words(result.value)) : this.fail(result.error)
  }

  fail({ code, message, next }: Failure): ExitCode {
    const error = { code, message, next: commandsWith(next, this.place.words) }
    if (this.json) this.io.out(jsonText({ error }))
    else this.io.note(errorText(this.look, error.message, error.next))
    return exitOf(error.code)
  }

  usage(message: string, next = `"posthorn ${this.parsed.command.name} --help" explains it.`): ExitCode {
    this.fail({ code: 'invalid-request', message, next })
    return EXIT.usage
  }

  /** Asks the server that runs, or the store itself where none does. */
  async ask(run: (operations: Operations) => Promise<ExitCode>): Promise<ExitCode> {
    const folder = await this.#folder()
    if (!folder.ok) return this.fail(folder.error)
    const running = await this.io.program.connect(folder.value)
    if (running) return run(running)
    const opened = await this.io.program.openOffline(folder.value, this.place.configFile)
    if (!opened.ok) return this.fail(offlineFailure(opened.error, folder.value))
    try {
      return await run(opened.value.operations)
    } finally {
      await opened.value.close()
    }
  }

  /** For what only a server that runs can do. */
  async askServer(run: (operations: Operations) => Promise<ExitCode>): Promise<ExitCode> {
    const folder = await this.#folder()
    if (!folder.ok) return this.fail(folder.error)
    const running = await this.io.program.connect(folder.value)
    if (running) return run(running)
    const obstacle = await this.io.program.obstacle(folder.value)
    if (obstacle) return this.fail({ ...offlineFailure(obstacle, folder.value), code: 'try-later' })
    return this.fail({
      code: 'try-later',
      message: `No server runs on ${folder.value}.`,
      next: '"posthorn up" starts one; --data or --config names another data folder.',
    })
  }

  async #folder(): Promise<Result<string, Failure>> {
    const { place } = this
    if (place.dataDirNamed || place.configFile === undefined) return ok(resolve(place.dataDir))
    const folder = await this.io.program.folderOf(place)
    if (folder.ok) return folder
    return err({
      code: 'invalid-request',
      message: folder.error.join('; '),
      next: 'Mend the file, or name the data folder with --data.',
    })
  }

  /** A yes from the person, or from --yes. */
  async sure(question: string): Promise<boolean> {
    if (this.has('yes')) return true
    if (!this.io.inputIsTerminal) return false
    this.io.note(`${question} [y/N] `)
    for await (const chunk of this.io.input) return /^y(es)?\s*$/i.test(Buffer.from(chunk).toString('utf8').split('\n')[0] ?? '')
    return false
  }
}

export function errorText(look: Look, message: string, next: string): string {
  return `${[paint(look, 'bad', `✗ ${safe(message)}`), ...paragraph(look, '  ', safe(next))].join('\n')}\n`
}

function offlineFailure(error: OfflineError, dataDir: string): Failure {
  switch (error.type) {
    case 'locked':
      return {
        code: 'try-later',
        message: `The data folder ${dataDir} is in use, but no server answers on its control.sock.`,
        next: `A server may be starting or stopping: try again in a moment. ${error.detail}`,
      }
    case 'missing':
      return {
        code: 'not-found',
        message: `There is no data folder ${dataDir}.`,
        next: '"posthorn up" makes it at the first start; --data DIR or --config FILE names another.',
      }
    case 'forbidden':
      return {
        code: 'not-allowed-here',
        message: `This user may not work in the data folder ${dataDir}: it belongs to ${error.detail}.`,
        next: `Run the command as that user: sudo -u ${error.detail} posthorn …`,
      }
    case 'failed':
      if (error.next !== undefined) return { code: 'internal', message: error.detail, next: error.next }
      return {
        code: 'internal',
        message: `The store in ${dataDir} cannot be opened: ${error.detail}`,
        next: '"posthorn check" looks for the cause.',
      }
  }
}

/** What `PLACE` is of no matter to. */
const EVERYWHERE = /^(?:help|version|completion)\b|--help$/

/** Commands in a hint, in quotes or at its end after a colon, with what names the place added. */
export function commandsWith(hint: string, placeWords: string): string {
  if (placeWords === '') return hint
  const add = (all: string, before: string, words: string, after = '') =>
    EVERYWHERE.test(words) ? all : `${before}posthorn ${words}${placeWords}${after}`
  return hint
    .replace(/(")posthorn ([^"]+)(")/g, (all, before, words, after) => add(all, before, words, after))
    .replace(/(: )posthorn ([^"]+?)(\.?)$/, (all, before, words, after) => add(all, before, words, after))
}

/** As a shell wants it. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
