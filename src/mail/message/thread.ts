// Threads of a mailbox (RFC 5256 §3), by subject and by references, and how IMAP writes them. Nothing recurses: chains are long.

export interface ThreadMessage {
  /** Number of the message: unique, and what the threads speak of; the order of the mailbox breaks ties. */
  readonly uid: number
  readonly messageId: string | undefined
  readonly inReplyTo: readonly string[]
  readonly references: readonly string[]
  /** A sort key, as the index has it. */
  readonly baseSubject: string
  readonly isReply: boolean
  /** The Date header, else the internal date. */
  readonly sentAtMs: number
}

export interface ThreadNode {
  /** Missing where messages answer one that is not there. */
  readonly uid?: number
  readonly children: readonly ThreadNode[]
}

/** ORDEREDSUBJECT: messages of one base subject are one thread; the first by date is the parent of all others. */
export function threadBySubject(messages: readonly ThreadMessage[]): readonly ThreadNode[] {
  const threads = new Map<string, ThreadMessage[]>()
  for (const message of [...messages].sort(bySentDate)) {
    const thread = threads.get(message.baseSubject)
    if (thread === undefined) threads.set(message.baseSubject, [message])
    else thread.push(message)
  }
  // The map keeps the order in which subjects were first seen, which is that of their first dates.
  return [...threads.values()].map(([first, ...others]) => ({
    ...(first === undefined ? {} : { uid: first.uid }),
    children: others.map(({ uid }) => ({ uid, children: [] })),
  }))
}

export function bySentDate(a: ThreadMessage, b: ThreadMessage): number {
  return a.sentAtMs - b.sentAtMs || a.uid - b.uid
}

/** `(2)(3 6 (4 23)(44 7 96))` (RFC 5256 §4); `number` turns what the nodes hold into what the client is told. */
export function formatThreads(threads: readonly ThreadNode[], number: (uid: number) => number = (uid) => uid): string {
  const pieces: string[] = []
  const waiting: (ThreadNode | '(' | ')')[] = []
  const pushAll = (nodes: readonly ThreadNode[]) => {
    for (const node of nodes.toReversed()) waiting.push(')', node, '(')
  }
  let behindNumber = false
  pushAll(threads)
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const text = typeof next === 'string' ? next : next.uid === undefined ? '' : String(number(next.uid))
    if (behindNumber && text !== ')' && text !== '') pieces.push(' ')
    pieces.push(text)
    if (typeof next === 'string') {
      behindNumber = false
      continue
    }
    behindNumber ||= text !== ''
    const [only] = next.children
    if (next.children.length === 1 && only !== undefined) waiting.push(only)
    else pushAll(next.children)
  }
  return pieces.join('')
}
