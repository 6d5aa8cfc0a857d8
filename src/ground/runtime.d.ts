// What the pure folders (ground, mail) may use of the runtime beyond ECMAScript: values in memory, no I/O.
// Compiled only by tsconfig.pure.json; the whole program gets the same names from Node's own types.

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes?: Uint8Array): string
}

interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

// `latin1Slice` and `indexOf` of Buffer are native: reading a 4 KiB message with them costs a fifth of a loop in JavaScript.
declare type BufferEncodingName = 'latin1' | 'utf8' | 'ascii' | 'base64' | 'base64url' | 'hex'

declare class Buffer extends Uint8Array<ArrayBufferLike> {
  static from(text: string, encoding?: BufferEncodingName): Buffer
  static from(bytes: ArrayBufferLike, offset?: number, length?: number): Buffer
  static from(bytes: Uint8Array | readonly number[]): Buffer
  static alloc(size: number): Buffer
  static allocUnsafe(size: number): Buffer
  static concat(parts: readonly Uint8Array[], length?: number): Buffer
  static byteLength(text: string, encoding?: BufferEncodingName): number
  static compare(a: Uint8Array, b: Uint8Array): number
  toString(encoding?: BufferEncodingName, start?: number, end?: number): string
  indexOf(value: number | string | Uint8Array, from?: number): number
  override subarray(start?: number, end?: number): Buffer
  write(text: string, offset?: number, length?: number, encoding?: BufferEncodingName): number
  equals(other: Uint8Array): boolean
  copy(target: Uint8Array, targetStart?: number, start?: number, end?: number): number
}
