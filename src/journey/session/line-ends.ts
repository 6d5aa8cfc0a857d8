// Line ends of messages from files and programs: LF becomes CR LF, as SMTP's own content has it already. A CR alone is left, and refused
// later.

const LF = 10
const CR = 13

export class LineEnds {
  #lastWasCr = false

  /** The bytes themselves when nothing needs mending, which is the rule for programs that know SMTP. */
  convert(bytes: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = []
    let from = 0
    for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
      const afterCr = at === 0 ? this.#lastWasCr : bytes[at - 1] === CR
      if (afterCr) continue
      parts.push(bytes.subarray(from, at), CRLF)
      from = at + 1
    }
    if (bytes.length > 0) this.#lastWasCr = bytes[bytes.length - 1] === CR
    if (parts.length === 0) return bytes
    parts.push(bytes.subarray(from))
    return Buffer.concat(parts)
  }
}

const CRLF = new Uint8Array([CR, LF])
