// THREAD=REFERENCES (RFC 5256 §3): messages and the missing ones they refer to become a forest; what is missing is pruned, and threads
// of one subject are put together. Loops and identifiers that stand twice do occur.

import type { ThreadMessage, ThreadNode } from './thread.ts'
import { type Container, leadOf, STEP_PLACES, sortChildren, toNodes } from './thread-container.ts'

export function threadByReferences(messages: readonly ThreadMessage[]): readonly ThreadNode[] {
  const steps = threadInSteps(messages)
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value
}

/** The same for a mailbox of any size: between two steps, which take some milliseconds, others may have their turn. */
export function* threadInSteps(messages: readonly ThreadMessage[]): Generator<void, readonly ThreadNode[]> {
  const root = container()
  yield* linkAll(messages, root)
  yield* prune(root)
  yield* sortChildren(root)
  yield* gatherSubjects(root)
  yield* sortChildren(root)
  return yield* toNodes(root)
}

function container(message?: ThreadMessage): Container {
  return { message, parent: undefined, children: new Set() }
}

// Step 1 and 2: every message and every identifier referred to has a place; what has no parent hangs on the root.
function* linkAll(messages: readonly ThreadMessage[], root: Container): Generator<void, void> {
  const places = new Map<string, Container>()
  const all: Container[] = []
  const placeOf = (id: string): Container => {
    let place = places.get(id)
    if (place === undefined) {
      place = container()
      places.set(id, place)
      all.push(place)
    }
    return place
  }
  for (const [i, message] of messages.entries()) {
    if (i % STEP_PLACES === STEP_PLACES - 1) yield
    const references = message.references.length > 0 ? message.references : message.inReplyTo.slice(0, 1)
    let parent: Container | undefined
    for (const id of references) {
      const place = placeOf(id)
      // A link that exists stays; this one is only what somebody says of others.
      if (parent !== undefined && place.parent === undefined && !isWithin(parent, place)) adopt(parent, place)
      parent = place
    }
    const own = ownPlace(message, placeOf, all)
    // What a message says of its own parent counts more than what others said.
    if (own.parent !== undefined && own.parent !== parent) detach(own)
    if (parent !== undefined && own.parent === undefined && !isWithin(parent, own)) adopt(parent, own)
  }
  for (const place of all) if (place.parent === undefined) adopt(root, place)
}

// An identifier that is taken is as good as none: the message stands for itself.
function ownPlace(message: ThreadMessage, placeOf: (id: string) => Container, all: Container[]): Container {
  const place = message.messageId === undefined ? undefined : placeOf(message.messageId)
  if (place !== undefined && place.message === undefined) {
    place.message = message
    return place
  }
  const own = container(message)
  all.push(own)
  return own
}

/** True if `place` is `ancestor` or below it. */
function isWithin(place: Container, ancestor: Container): boolean {
  // A message that came after those it answers: nothing is below it yet.
  if (ancestor.children.size === 0) return place === ancestor
  for (let at: Container | undefined = place; at !== undefined; at = at.parent) if (at === ancestor) return true
  return false
}

function adopt(parent: Container, child: Container): void {
  child.parent = parent
  parent.children.add(child)
}

function detach(child: Container): void {
  child.parent?.children.delete(child)
  child.parent = undefined
}

// Step 3: a missing message without children goes; one with children gives them to its parent, except that at the root several
// children stay together under it.
function* prune(root: Container): Generator<void, void> {
  const order = childrenFirst(root)
  yield
  for (const [i, place] of order.entries()) {
    if (i % STEP_PLACES === STEP_PLACES - 1) yield
    const { parent } = place
    if (parent === undefined || place.message !== undefined) continue
    if (place.children.size === 0) detach(place)
    else if (parent !== root || place.children.size === 1) {
      detach(place)
      for (const child of place.children) adopt(parent, child)
    }
  }
}

function childrenFirst(root: Container): Container[] {
  const order: Container[] = []
  const waiting = [root]
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    order.push(place)
    for (const child of place.children) waiting.push(child)
  }
  return order.reverse()
}

// Step 5: threads whose base subject is the same become one.
function* gatherSubjects(root: Container): Generator<void, void> {
  const heads = new Map<string, Container>()
  for (const place of root.children) {
    const subject = subjectOf(place)
    if (subject === '') continue
    const known = heads.get(subject)
    const isBetter =
      known !== undefined && known.message !== undefined && (place.message === undefined || (isReply(known) && !isReply(place)))
    if (known === undefined || isBetter) heads.set(subject, place)
  }
  yield
  for (const [i, place] of [...root.children].entries()) {
    if (i % STEP_PLACES === STEP_PLACES - 1) yield
    const head = heads.get(subjectOf(place))
    if (head !== undefined && head !== place) join(root, head, place, heads)
  }
}

function join(root: Container, head: Container, place: Container, heads: Map<string, Container>): void {
  if (head.message === undefined && place.message === undefined) {
    detach(place)
    for (const child of place.children) adopt(head, child)
  } else if (head.message === undefined || (isReply(place) && !isReply(head))) {
    detach(place)
    adopt(head, place)
  } else {
    const both = container()
    heads.set(subjectOf(place), both)
    detach(head)
    detach(place)
    adopt(root, both)
    adopt(both, head)
    adopt(both, place)
  }
}

/** Of a missing message: its first child's. */
function subjectOf(place: Container): string {
  return leadOf(place)?.baseSubject ?? ''
}

function isReply(place: Container): boolean {
  return leadOf(place)?.isReply ?? false
}
