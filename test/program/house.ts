// A server with settings of the test's own: all listeners on free loopback ports, the domain posthorn.test, and people in it.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { CONTROL_SOCKET, connectControl, type Operations } from '../../src/surface/api/api.ts'
import type { Person } from './mail.ts'
import { type Program, removeFolder, startProgram, temporaryFolder } from './program.ts'

export const DOMAIN = 'posthorn.test'

const ROLES = ['mx', 'submission', 'submissions', 'imap', 'imaps', 'pop3', 'pop3s', 'http'] as const

export interface House {
  readonly program: Program
  readonly folder: string
  readonly config: string
  readonly people: Readonly<Record<string, Person>>
  person(name: string): Person
  control(): Promise<Operations>
  /** Writes other settings into the file; the server hears of it at the next reload. */
  rewrite(settings: string): void
  /** Again on the same data, after it was stopped or killed. */
  restart(): Promise<Program>
}

export interface HouseArguments {
  /** TOML, without hostname and listeners. */
  readonly settings?: string
  readonly people?: readonly string[]
  /** Data here, in place of a folder of its own. */
  readonly data?: string
}

export async function openHouse(t: Pick<TestContext, 'after'>, args: HouseArguments = {}): Promise<House> {
  const folder = temporaryFolder()
  const config = join(folder, 'posthorn.toml')
  const data = args.data ?? join(folder, 'data')
  const write = (settings: string): void => writeFileSync(config, fileText(settings))
  write(args.settings ?? '')
  let running: Program | undefined
  t.after(async () => {
    await running?.kill()
    removeFolder(folder)
  })
  const start = async (): Promise<Program> => {
    running = await startProgram({ config, folder: data })
    return running
  }
  let program = await start()
  const control = async (): Promise<Operations> => {
    const operations = await connectControl(join(data, CONTROL_SOCKET))
    if (!operations) throw new Error('the control socket does not answer')
    return operations
  }
  const people = await addPeople(await control(), args.people ?? ['alice', 'bob'])
  return {
    get program() {
      return program
    },
    ...{ folder: data, config, people, control, rewrite: write },
    person(name) {
      const found = people[name]
      if (!found) throw new Error(`nobody is called ${name}`)
      return found
    },
    async restart() {
      program = await start()
      return program
    },
  }
}

function fileText(settings: string): string {
  const endpoints = ROLES.map((role) => `  { role = "${role}", host = "127.0.0.1", port = 0 },`).join('\n')
  return `hostname = "mail.${DOMAIN}"\n\n[listen]\nendpoints = [\n${endpoints}\n]\n\n${settings}\n`
}

async function addPeople(operations: Operations, names: readonly string[]): Promise<Record<string, Person>> {
  const added = await operations.addDomain(DOMAIN)
  if (!added.ok) throw new Error(added.error.message)
  const people: Record<string, Person> = {}
  for (const name of names) {
    const address = `${name}@${DOMAIN}`
    const password = `${name}-knows-a-long-word`
    const user = await operations.addUser({ address, name, password })
    if (!user.ok) throw new Error(user.error.message)
    people[name] = { address, password }
  }
  return people
}
