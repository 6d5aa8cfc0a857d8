// The ports of a serving thread: opened while the process may still be root's, served when it no longer is.

import type { Endpoint, ListenerRole } from '../config/config.ts'
import { type BoundPort, bindPort } from '../platform/node/listener.ts'
import { TLS_OF } from './endpoints.ts'
import type { FromWorker, WorkerData } from './thread-messages.ts'

export interface Door {
  readonly role: Exclude<ListenerRole, 'http'>
  readonly port: BoundPort
}

export class Doors {
  readonly bound: Door[] = []
  readonly #shared: boolean

  constructor({ sharedPorts }: Pick<WorkerData, 'sharedPorts'>) {
    this.#shared = sharedPorts
  }

  /** Whoever connects meanwhile waits. */
  async listen(endpoints: readonly Endpoint[]): Promise<FromWorker> {
    const open: Endpoint[] = []
    for (const endpoint of endpoints) {
      const { role, host, port } = endpoint
      if (role === 'http') continue
      const bound = await bindPort({ host, port, tls: TLS_OF[role], shared: this.#shared })
      if (!bound.ok) return { type: 'refused', endpoint, error: bound.error }
      this.bound.push({ role, port: bound.value })
      open.push({ role, host, port: bound.value.port })
    }
    return { type: 'listening', endpoints: open }
  }
}
