// Numbers and texts of variable length in a row of octets. What is broken reads as zeros and empty texts, never as an error.

export class ByteWriter {
  #bytes: Buffer
  #length: number

  /** `head` octets are left free for the caller to fill in. */
  constructor(head: number) {
    this.#bytes = Buffer.alloc(FIRST_CAPACITY)
    this.#length = head
  }

  get length(): number {
    return this.#length
  }

  number(value: number): void {
    this.#reserve(NUMBER_BYTES_MAX)
    let rest = value
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#length++] = rest
  }

  text(value: string): void {
    const length = Buffer.byteLength(value, 'utf8')
    this.number(length)
    this.#reserve(length)
    this.#length += this.#bytes.write(value, this.#length, length, 'utf8')
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }

  /** A copy of just the size, since it is kept. */
  finish(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#bytes, 0, this.#length)
  }

  #reserve(length: number): void {
    if (this.#length + length <= this.#bytes.length) return
    const grown = Buffer.alloc(Math.max(2 * this.#bytes.length, this.#length + length))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}

const FIRST_CAPACITY = 2048

/** Of a safe integer, seven bits an octet. */
const NUMBER_BYTES_MAX = 8

export class ByteReader {
  readonly #bytes: Buffer
  #position: number

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#position = position
  }

  get atEnd(): boolean {
    return this.#position >= this.#bytes.length
  }

  number(): number {
    let value = 0
    let unit = 1
    for (let i = 0; i < NUMBER_BYTES_MAX; i++) {
      const octet = this.#bytes[this.#position++] ?? 0
      value += (octet & 127) * unit
      if (octet < 128) break
      unit *= 128
    }
    return value
  }

  text(): string {
    const from = this.#next()
    return this.#bytes.toString('utf8', from, this.#position)
  }

  /** Where so many texts begin and end. */
  places(count: number): Uint32Array {
    const places = new Uint32Array(2 * count)
    for (let i = 0; i < places.length; i += 2) {
      places[i] = this.#next()
      places[i + 1] = this.#position
    }
    return places
  }

  #next(): number {
    const length = this.number()
    const from = this.#position
    this.#position = Math.min(from + length, this.#bytes.length)
    return from
  }
}
