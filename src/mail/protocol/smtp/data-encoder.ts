// Content → the bytes after DATA: dots doubled at line starts, CRLF "." CRLF at the end (RFC 5321 §4.5.2).

export class DataEncoder {
  /** Bytes to send, in order; mostly the very input, or parts of it. Content that is not CRLF-canonical is a bug: throws. */
  encode(_bytes: Uint8Array): readonly Uint8Array[] {
    return []
  }
  /** The end: `.` CRLF, with a CRLF before it when the content lacked its last one. */
  end(): Uint8Array {
    return new Uint8Array()
  }
}
