// Content → the bytes after DATA: dots doubled at line starts, CRLF "." CRLF at the end (RFC 5321 §4.5.2).

import { assert } from '../../../ground/assert.ts'
import { ContentLexer } from './content-lexer.ts'

const DOT = Uint8Array.of(0x2e)
const END = Uint8Array.of(0x2e, 0x0d, 0x0a)
const END_WITH_LINE_END = Uint8Array.of(0x0d, 0x0a, 0x2e, 0x0d, 0x0a)

export class DataEncoder {
  readonly #lexer = new ContentLexer()

  /** Bytes to send, in order; mostly the very input, or parts of it. Content that is not CRLF-canonical is a bug: throws. */
  encode(bytes: Uint8Array): readonly Uint8Array[] {
    const pieces: Uint8Array[] = []
    let from = 0
    while (from < bytes.length) {
      const stop = this.#lexer.scanToDot(bytes, from)
      if (stop > from) pieces.push(from === 0 && stop === bytes.length ? bytes : bytes.subarray(from, stop))
      if (stop === bytes.length) break
      pieces.push(DOT)
      this.#lexer.skipDot()
      from = stop
    }
    this.#assertCanonical()
    return pieces
  }

  /** The end: `.` CRLF, with a CRLF before it when the content lacked its last one. */
  end(): Uint8Array {
    const facts = this.#lexer.finish()
    this.#assertCanonical()
    return facts.endsWithLineEnd ? END : END_WITH_LINE_END
  }

  /** A CR or LF of its own that left here could end the message early at the next server (CVE-2023-51764 and its kin). */
  #assertCanonical(): void {
    const violation = this.#lexer.violation
    assert(
      violation === undefined || violation.type === 'line-too-long',
      `content to send has a ${violation?.type} at octet ${violation?.offset}`,
    )
  }
}
