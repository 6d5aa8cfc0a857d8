// The Notify port within one process: every thread hears what any thread publishes.

import { BroadcastChannel } from 'node:worker_threads'
import type { Notify, NotifyTopic } from '../../ground/ports/notify.ts'

const CHANNEL = 'posthorn'

export interface ProcessNotify extends Notify {
  close(): void
}

export function processNotify(): ProcessNotify {
  const channel = new BroadcastChannel(CHANNEL)
  const listeners = new Map<NotifyTopic, Set<(key: string) => void>>()
  // Hints of one turn leave together: a busy writer would else wake every thread for every one of them.
  let outgoing: [NotifyTopic, string][] = []
  const tell = (topic: NotifyTopic, key: string): void => {
    for (const listener of listeners.get(topic) ?? []) listener(key)
  }
  const flush = (): void => {
    const hints = outgoing
    outgoing = []
    channel.postMessage(hints)
    for (const [topic, key] of hints) tell(topic, key)
  }
  channel.onmessage = (event: unknown) => {
    for (const [topic, key] of (event as { data: [NotifyTopic, string][] }).data) tell(topic, key)
  }
  channel.unref()
  return {
    publish(topic, key) {
      if (outgoing.length === 0) setImmediate(flush)
      outgoing.push([topic, key])
    },
    subscribe(topic, listener) {
      const set = listeners.get(topic) ?? new Set()
      listeners.set(topic, set.add(listener))
      return () => set.delete(listener)
    },
    close: () => channel.close(),
  }
}
