// What the bench asks of a server it measures.

export interface Server {
  readonly name: string
  /** Where mail is handed in. */
  readonly port: number
  /** Its processes; their descendants belong to it. */
  readonly pids: readonly number[]
  /** Messages in the mailbox, where the server has one. */
  delivered(): number
  stop(): Promise<void>
}
