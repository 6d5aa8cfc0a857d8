// Timers in the order in which they fall due; those of one moment in the order in which they were set. A binary heap.

export interface Timer {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
  cancelled: boolean
}

export class Timers {
  readonly #heap: Timer[] = []
  #order = 0

  add(atMs: number, run: () => void): Timer {
    const timer = { atMs, order: this.#order++, run, cancelled: false }
    this.#heap.push(timer)
    this.#up(this.#heap.length - 1)
    return timer
  }

  /** The next one that was not cancelled. */
  first(): Timer | undefined {
    while (this.#heap[0]?.cancelled) this.#removeFirst()
    return this.#heap[0]
  }

  takeFirst(): Timer | undefined {
    const first = this.first()
    if (first) this.#removeFirst()
    return first
  }

  #removeFirst(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    this.#down(0)
  }

  #up(start: number): void {
    for (let at = start; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!this.#swapIfEarlier(at, parent)) return
      at = parent
    }
  }

  #down(start: number): void {
    for (let at = start; ; ) {
      const left = 2 * at + 1
      const child = this.#earlier(left + 1, left) ? left + 1 : left
      if (!this.#swapIfEarlier(child, at)) return
      at = child
    }
  }

  #swapIfEarlier(one: number, other: number): boolean {
    if (!this.#earlier(one, other)) return false
    const heap = this.#heap as [Timer]
    const [first, second] = [heap[one] as Timer, heap[other] as Timer]
    heap[one] = second
    heap[other] = first
    return true
  }

  #earlier(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]]
    if (a === undefined || b === undefined) return false
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
  }
}
