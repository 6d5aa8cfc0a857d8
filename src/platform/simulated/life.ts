// The life of an actor in the simulated world: a process, a thread, a host. When it ends, nothing the actor does has an effect any more:
// its timers do not fire, its connections break, its calls are not answered. That is what a crash is; nobody is told, nothing is closed.

export class Life {
  #alive = true
  readonly #endings = new Set<() => void>()

  get alive(): boolean {
    return this.#alive
  }

  /** Called once when the life ends; the returned function takes it back. */
  atEnd(ending: () => void): () => void {
    this.#endings.add(ending)
    return () => this.#endings.delete(ending)
  }

  end(): void {
    if (!this.#alive) return
    this.#alive = false
    for (const ending of this.#endings) ending()
    this.#endings.clear()
  }
}

/** What a dead actor waits for. */
export function never<T>(): Promise<T> {
  return new Promise(() => {})
}
