// Turns a message, chunk by chunk, into the body of a multi-line response: lines that begin with "." get another one, every line ends
// with CRLF, and the end is ".CRLF" (RFC 1939 §3). For TOP it stops after the header, the empty line and so many lines (§7).

const LF = 0x0a
const CR = 0x0d
const DOT = 0x2e
const DOT_BYTES = Buffer.from('.')
const CR_BYTES = Buffer.from('\r')
const END = Buffer.from('.\r\n')
const END_AFTER_PART_LINE = Buffer.from('\r\n.\r\n')

export class MessageEncoder {
  /** Octets of the current line so far, in earlier chunks. */
  #lineOctets = 0
  #lastWasCr = false
  #inHeader = true
  #bodyLinesLeft: number

  /** Without `bodyLines` the whole message. */
  constructor(options: { readonly bodyLines?: number } = {}) {
    this.#bodyLinesLeft = options.bodyLines ?? Number.POSITIVE_INFINITY
  }

  /** No more of the message is wanted. */
  get complete(): boolean {
    return !this.#inHeader && this.#bodyLinesLeft <= 0
  }

  /** What to send for these bytes; the result may share their memory. */
  encode(chunk: Uint8Array): Uint8Array {
    if (this.complete || chunk.length === 0) return chunk.subarray(0, 0)
    const bytes = Buffer.from(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.length)
    const pieces: Uint8Array[] = []
    let copied = 0
    let at = 0
    const insert = (position: number, extra: Uint8Array): void => {
      pieces.push(bytes.subarray(copied, position), extra)
      copied = position
    }
    while (at < bytes.length && !this.complete) {
      if (this.#lineOctets === 0 && bytes[at] === DOT) insert(at, DOT_BYTES)
      const lf = bytes.indexOf(LF, at)
      if (lf < 0) {
        this.#lineOctets += bytes.length - at
        this.#lastWasCr = bytes[bytes.length - 1] === CR
        at = bytes.length
        break
      }
      const afterCr = lf > at ? bytes[lf - 1] === CR : this.#lineOctets > 0 && this.#lastWasCr
      // A lone LF would let a message end the response, or begin another, in clients that take it for a line end.
      if (!afterCr) insert(lf, CR_BYTES)
      this.#endLine(this.#lineOctets + (lf - at) - (afterCr ? 1 : 0))
      at = lf + 1
    }
    if (pieces.length === 0) return bytes.subarray(0, at)
    pieces.push(bytes.subarray(copied, at))
    return Buffer.concat(pieces)
  }

  #endLine(octets: number): void {
    this.#lineOctets = 0
    this.#lastWasCr = false
    if (!this.#inHeader) this.#bodyLinesLeft--
    else if (octets === 0) this.#inHeader = false
  }

  /** The end of the response; a last line without CRLF gets one, else the "." would belong to it. */
  finish(): Uint8Array {
    return this.#lineOctets === 0 ? END : END_AFTER_PART_LINE
  }
}
