// smtp-sink as a server to hand mail to: it takes and keeps nothing, which no honest server can outdo.

import { openSink } from '../load/sink.ts'
import type { Machine } from '../machine.ts'
import type { Workshop } from '../workshop.ts'
import type { Server } from './server.ts'

export async function startSmtpSink(workshop: Workshop, machine: Machine): Promise<Server> {
  const sink = await openSink(workshop, machine)
  return { name: sink.name, port: sink.port, pids: [sink.pid], delivered: () => 0, stop: sink.stop }
}
