// Posthorn. The only file that knows everything: it lends the command line what the parts can do.

import { createReadStream } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { err, ok, type Result } from './ground/result.ts'
import { guardOutput } from './main/output.ts'
import { connectRunning } from './main/running.ts'
import type { UpOptions } from './main/up.ts'
import { VERSION } from './main/version.ts'
import { keepCompiledCode } from './platform/node/compiled.ts'
import { type CliIo, type FileFault, runCli } from './surface/cli/cli.ts'

// What follows is loaded when it is asked for.
keepCompiledCode(fileURLToPath(new URL('../.cache/compile', import.meta.url)))

const DEMO_SWITCH = '--demo'

/** The demo listens on 10025, 10587 and so on: far from everything, and easy to remember. */
const DEMO_PORT_BASE = 10_000

const argv = process.argv.slice(2)
const words = argv.filter((word) => word !== DEMO_SWITCH)
const demo = words.length < argv.length

guardOutput({ serves: words[0] === 'up' })
const code = await runCli(words, commandLine())
process.exitCode ??= code // Where the answer could not be written, that counts.

function commandLine(): CliIo {
  return {
    out: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    input: process.stdin,
    inputIsTerminal: process.stdin.isTTY === true,
    outputIsTerminal: process.stdout.isTTY === true,
    columns: process.stdout.columns,
    env: process.env,
    now: () => Date.now(),
    readFile,
    askSecret,
    program: {
      version: VERSION,
      defaultDataDir: 'data',
      connect: connectRunning,
      // Loaded when asked for: a server carries nothing of the other commands, and they nothing of it.
      openOffline: async (folder, configFile) => (await import('./main/offline.ts')).openOffline(folder, configFile),
      obstacle: async (folder) => (await import('./main/folder-access.ts')).obstacle(folder),
      folderOf: async (place) => {
        const start = (await import('./main/settings.ts')).startOf(place)
        return start.ok ? ok(start.value.folder) : start
      },
      up: async (options) => {
        const { up } = await import('./main/up.ts')
        return up(options.configFile === undefined ? withDemo(options) : options, terminal())
      },
      check: async (options) => (await import('./main/check.ts')).check(options),
    },
  }
}

function withDemo(options: UpOptions): UpOptions {
  if (!demo) return options
  return { hostname: 'mail.posthorn.test', ...options, demo, portBase: options.portBase ?? DEMO_PORT_BASE }
}

function terminal() {
  const colour = process.stdout.isTTY === true && (process.env['NO_COLOR'] ?? '') === ''
  return {
    out: (text: string) => void process.stdout.write(text),
    note: (text: string) => void process.stderr.write(text),
    colour,
    showsLog: process.stderr.isTTY === true,
  }
}

async function readFile(path: string): Promise<Result<AsyncIterable<Uint8Array>, FileFault>> {
  try {
    if ((await stat(path)).isDirectory()) return err({ type: 'folder', detail: 'it is a folder' })
    await access(path, constants.R_OK)
    return ok(createReadStream(path))
  } catch (cause) {
    return err({ type: 'unreadable', detail: (cause as Error).message })
  }
}

/** What is typed is not shown. */
async function askSecret(question: string): Promise<string | undefined> {
  process.stderr.write(question)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
  const typed = await Promise.race([
    lines.question(''),
    new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined))),
  ])
  lines.close()
  process.stderr.write('\n')
  return typed
}
