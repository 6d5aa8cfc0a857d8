// The base subject: what remains of a subject without the marks of replies and forwards (RFC 5256 §2.1).

export interface BaseSubject {
  readonly text: string
  /** A mark of a reply or a forward was taken away. */
  readonly isReply: boolean
}

// `re:`, `fw:`, `fwd [list]:` with blobs before; the name of a blob has no brackets in it. Each can match in one way only.
const REFWD = /^(?:\[[^[\]]*\][ \t]*)*(?:re|fwd?)[ \t]*(?:\[[^[\]]*\][ \t]*)?:/i
const BLOB = /^\[[^[\]]*\][ \t]*/
const FORWARD = /^\[fwd:(.*)\]$/is
const TRAILER = /\(fwd\)$/i

/** Of a decoded subject. Each step makes the text shorter, and what is looked at is bounded by the header. */
export function baseSubject(subject: string): BaseSubject {
  let text = subject.replace(/\s+/g, ' ').trim()
  let isReply = false
  for (;;) {
    const trailed = withoutTrailers(text)
    const led = withoutLeaders(trailed.text)
    isReply ||= trailed.isReply || led.isReply
    text = led.text
    const inner = FORWARD.exec(text)?.[1]
    if (inner === undefined) return { text, isReply }
    text = inner.trim()
    isReply = true
  }
}

function withoutTrailers(subject: string): BaseSubject {
  let text = subject.trimEnd()
  let isReply = false
  while (TRAILER.test(text)) {
    text = text.slice(0, -5).trimEnd()
    isReply = true
  }
  return { text, isReply }
}

function withoutLeaders(subject: string): BaseSubject {
  let text = subject
  let isReply = false
  for (;;) {
    const mark = REFWD.exec(text)
    if (mark !== null) {
      text = text.slice(mark[0].length).trimStart()
      isReply = true
      continue
    }
    const rest = text.slice(BLOB.exec(text)?.[0].length ?? 0)
    // A blob stays if nothing would remain without it.
    if (rest === '' || rest.length === text.length) return { text, isReply }
    text = rest
  }
}
