// Handing in messages: by Postfix's smtp-source where it is installed, else (and for bodies that cannot be packed) by our own generator.

import type { Machine } from '../machine.ts'
import type { Workshop } from '../workshop.ts'

/** A load that takes longer is given up: the run ends by itself. */
const LOAD_MS = 180_000

const GENERATOR = new URL('./generator.ts', import.meta.url).pathname

export interface Load {
  readonly port: number
  readonly count: number
  readonly sizeBytes: number
  readonly sessions: number
  /** `kept`: a session sends one message after the other; `single`: a connection for each. */
  readonly connections: 'kept' | 'single'
  readonly to: string
  /** `plain`: the same letter again and again; `dense`: random bytes in base64, as an attached photograph is. */
  readonly body: 'plain' | 'dense'
}

export function generatorOf({ smtpSource }: Machine, { body }: Pick<Load, 'body'>): string {
  return smtpSource !== undefined && body === 'plain' ? 'smtp-source' : 'our generator'
}

/** Answers the seconds it took; rejects when a message was refused. */
export function handIn(workshop: Workshop, machine: Machine, load: Load): Promise<number> {
  const { smtpSource } = machine
  return smtpSource !== undefined && load.body === 'plain'
    ? bySmtpSource(workshop, smtpSource, load)
    : byGenerator(workshop, load)
}

async function bySmtpSource(workshop: Workshop, program: string, load: Load): Promise<number> {
  const args = ['-s', `${load.sessions}`, '-m', `${load.count}`, '-l', `${load.sizeBytes}`, '-f', 'sender@source.test']
  const target = ['-t', load.to, `inet:[127.0.0.1]:${load.port}`]
  const started = performance.now()
  const child = workshop.start(program, [...(load.connections === 'kept' ? ['-d'] : []), ...args, ...target])
  const cut = setTimeout(() => void child.stop('SIGKILL'), LOAD_MS)
  const code = await child.exited
  clearTimeout(cut)
  if (code !== 0 || child.errors() !== '') throw new Error(`smtp-source ended with ${code}: ${child.errors()}`)
  return (performance.now() - started) / 1000
}

/** The clock starts when the generator is ready: the time Node.js takes to start is nobody's fault. */
async function byGenerator(workshop: Workshop, load: Load): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const child = workshop.start(process.execPath, [GENERATOR, JSON.stringify(load)], (text) => {
    if (text.includes('ready')) child.process.stdin?.write('go\n')
    const took = /took ([\d.]+)/.exec(text)?.[1]
    if (took !== undefined) resolve(Number(took))
  })
  const cut = setTimeout(() => void child.stop('SIGKILL'), LOAD_MS)
  void child.exited.then((code) => reject(new Error(`the generator ended with ${code}: ${child.errors()}`)))
  const seconds = await promise
  clearTimeout(cut)
  await child.exited
  return seconds
}
