// The maildrop of one session: numbers given at login and kept to its end, and what is marked as deleted (RFC 1939 §5).

export interface MaildropEntry {
  /** The unique-id: 1 to 70 characters of %x21-7E (RFC 1939 §7). */
  readonly id: string
  readonly sizeBytes: number
}

export class Maildrop {
  readonly #entries: readonly MaildropEntry[]
  readonly #deleted: Uint8Array
  #count: number
  #sizeBytes: number

  constructor(entries: readonly MaildropEntry[]) {
    this.#entries = entries
    this.#deleted = new Uint8Array(entries.length)
    this.#count = entries.length
    this.#sizeBytes = totalBytes(entries)
  }

  /** The greatest number, deleted messages included. */
  get last(): number {
    return this.#entries.length
  }

  /** Messages that are not marked as deleted. */
  get count(): number {
    return this.#count
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** The message of that number, unless there is none or it is marked as deleted. */
  entry(number: number): MaildropEntry | undefined {
    return this.#deleted[number - 1] === 0 ? this.#entries[number - 1] : undefined
  }

  delete(number: number): void {
    const entry = this.entry(number)
    if (!entry) return
    this.#deleted[number - 1] = 1
    this.#count--
    this.#sizeBytes -= entry.sizeBytes
  }

  restore(): void {
    this.#deleted.fill(0)
    this.#count = this.#entries.length
    this.#sizeBytes = totalBytes(this.#entries)
  }

  deletedIds(): readonly string[] {
    return this.#entries.filter((_, index) => this.#deleted[index] === 1).map((entry) => entry.id)
  }
}

function totalBytes(entries: readonly MaildropEntry[]): number {
  let sum = 0
  for (const entry of entries) sum += entry.sizeBytes
  return sum
}
