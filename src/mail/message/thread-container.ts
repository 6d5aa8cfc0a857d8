// A place in the forest of threads: a message, or one that is missing and holds others together.

import { bySentDate, type ThreadMessage, type ThreadNode } from './thread.ts'

export interface Container {
  message: ThreadMessage | undefined
  parent: Container | undefined
  readonly children: Set<Container>
}

/** The message a place is sorted and named by: its own, or of the first of its children. */
export function leadOf({ message, children }: Container): ThreadMessage | undefined {
  if (message !== undefined) return message
  // After pruning only roots are missing, so that their children are messages.
  for (const child of children) return child.message
  return undefined
}

/** So many places are looked at in one step: a millisecond or two. */
export const STEP_PLACES = 2000

/** Orders the children of every place by the date they were sent, the missing by their first child's (RFC 5256 §3). */
export function* sortChildren(root: Container): Generator<void, void> {
  const order: Container[] = [root]
  for (let i = 0; i < order.length; i++) for (const child of order[i]?.children ?? []) order.push(child)
  yield
  for (let i = order.length - 1; i >= 0; i--) {
    if (i % STEP_PLACES === 0) yield
    const { children } = order[i] ?? root
    if (children.size < 2) continue
    const sorted = [...children].sort(byLead)
    children.clear()
    for (const child of sorted) children.add(child)
  }
}

function byLead(a: Container, b: Container): number {
  const [first, second] = [leadOf(a), leadOf(b)]
  return first === undefined || second === undefined ? 0 : bySentDate(first, second)
}

/** The forest without its links upwards. */
export function* toNodes(root: Container): Generator<void, readonly ThreadNode[]> {
  const top: ThreadNode[] = []
  const waiting = [{ place: root, into: top }]
  let places = 0
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (++places % STEP_PLACES === 0) yield
    for (const child of next.place.children) {
      const children: ThreadNode[] = []
      next.into.push(child.message === undefined ? { children } : { uid: child.message.uid, children })
      waiting.push({ place: child, into: children })
    }
  }
  return top
}
