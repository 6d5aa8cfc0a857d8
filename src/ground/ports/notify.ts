// "Something changed, look again": hints between threads and processes. A hint may be lost or doubled; the store is the truth,
// and everyone who waits for hints also looks by itself now and then.

/** `queue`: recipients became due (key: destination). `directory`, `mailbox`, `events`: their rows changed. */
export type NotifyTopic = 'queue' | 'directory' | 'mailbox' | 'events'

export interface Notify {
  publish(topic: NotifyTopic, key: string): void
  /** The returned function unsubscribes. */
  subscribe(topic: NotifyTopic, listener: (key: string) => void): () => void
}
