// One FETCH response. What can fail is read before the line begins; large contents follow as they are read.

import { decodeIndex, type MessageIndex } from '../../../mail/message/message.ts'
import { type FetchItem, FetchWriter } from '../../../mail/protocol/imap/imap.ts'
import { ContentMissing } from '../../../store/content/content.ts'
import type { MessageRow } from '../../mailbox/mailbox.ts'
import { indexOfRow, openMessage } from './open-message.ts'
import { type Part, readBinary, readBinarySize, readSection } from './sections.ts'
import type { Talk } from './talk.ts'
import type { View } from './view.ts'
import { bitsOf } from './write.ts'

export interface FetchGround {
  readonly talk: Talk
  readonly view: View
  readonly items: readonly FetchItem[]
  /** Messages that are gone. */
  missing: number
  /** BINARY was asked of a part whose encoding is not known. */
  undecodable: boolean
}

/** What an item is told from: the image in memory, the message's row, its index, or its octets. */
export function sourceOf({ type }: FetchItem): 'image' | 'row' | 'index' | 'content' {
  switch (type) {
    case 'uid':
    case 'flags':
    case 'modseq':
      return 'image'
    case 'internal-date':
    case 'size':
    case 'save-date':
    case 'email-id':
    case 'thread-id':
      return 'row'
    case 'envelope':
    case 'body':
    case 'body-structure':
    case 'preview':
      return 'index'
    case 'section':
    case 'binary':
    case 'binary-size':
      return 'content'
  }
}

/** Of what the image knows. */
export function writeImageLine(ground: FetchGround, position: number): void {
  const { talk, view, items } = ground
  const index = view.imageIndex(position)
  if (index === -1) {
    ground.missing++
    return
  }
  const { image } = view
  const now = { flags: image.flagsAt(index), keywords: image.keywordsAt(index), modseq: image.modseqAt(index) }
  const line = new FetchWriter(talk.core.out).begin(position + 1)
  for (const { type } of items) {
    if (type === 'uid') line.uid(view.uidAt(position))
    else if (type === 'modseq') line.modseq(now.modseq)
    else writeFlags(ground, line, view.uidAt(position), now)
  }
  line.end()
}

/** `tellsFlags`: they have changed because the message is read. False: the client is gone, or the line broke off in the middle. */
export async function writeRowLine(
  ground: FetchGround,
  position: number,
  row: MessageRow,
  { tellsFlags }: { readonly tellsFlags: boolean },
): Promise<boolean> {
  let index: MessageIndex
  let parts: readonly (Part | undefined)[]
  try {
    index = await indexOfRow(ground.talk.context, row)
    parts = await partsOf(ground, row, index)
  } catch (error) {
    if (!(error instanceof ContentMissing)) throw error
    ground.missing++
    return true
  }
  const line = new FetchWriter(ground.talk.core.out).begin(position + 1)
  for (const [at, item] of ground.items.entries()) {
    const part = parts[at]
    if (part === undefined) writeItem(ground, line, item, row, index)
    else if (!(await writePart(ground.talk, line, item, part))) return false
  }
  if (tellsFlags && !ground.items.some(({ type }) => type === 'flags')) writeFlagsNow(ground, line, row)
  line.end()
  return true
}

/** The same for what needs no content, without waiting for anything. Undefined: the index has to be made first. */
export function writeRowLineNow(
  ground: FetchGround,
  position: number,
  row: MessageRow,
  needs: { readonly index: boolean },
): boolean {
  const index = needs.index && row.index !== null ? decodeIndex(row.index) : undefined
  if (needs.index && index === undefined) return false
  const line = new FetchWriter(ground.talk.core.out).begin(position + 1)
  for (const item of ground.items) writeItem(ground, line, item, row, index)
  line.end()
  return true
}

/** What the items need of the content, in their order; the first pieces of long parts are there already. */
async function partsOf(ground: FetchGround, row: MessageRow, index: MessageIndex): Promise<readonly (Part | undefined)[]> {
  const message = openMessage(ground.talk.context, row, index)
  const parts: (Part | undefined)[] = []
  for (const item of ground.items) {
    if (item.type === 'section') parts.push(await readSection(message, item))
    else if (item.type === 'binary') parts.push(await readBinary(message, item))
    else if (item.type === 'binary-size') parts.push(await readBinarySize(message, item))
    else parts.push(undefined)
  }
  if (parts.some((part) => part?.type === 'undecodable')) ground.undecodable = true
  return parts
}

function writeItem(
  ground: FetchGround,
  line: FetchWriter,
  item: FetchItem,
  row: MessageRow,
  index: MessageIndex | undefined,
): void {
  switch (item.type) {
    case 'uid':
      line.uid(row.uid)
      break
    case 'flags':
      writeFlagsNow(ground, line, row)
      break
    case 'modseq':
      line.modseq(nowOf(ground.view, row).modseq)
      break
    case 'internal-date':
      line.internalDate(row.internalDateMs, row.zoneMinutes)
      break
    case 'size':
      line.size(row.sizeBytes)
      break
    case 'save-date':
      line.saveDate(row.savedAtMs)
      break
    case 'email-id':
      line.objectId('EMAILID', row.emailId)
      break
    case 'thread-id':
      line.objectId('THREADID', row.threadId ?? undefined)
      break
    default:
      if (index) writeFromIndex(line, item, index)
  }
}

function writeFromIndex(line: FetchWriter, { type }: FetchItem, index: MessageIndex): void {
  if (type === 'envelope') line.ready('ENVELOPE', index.envelope)
  else if (type === 'body-structure') line.ready('BODYSTRUCTURE', index.bodyStructure)
  else if (type === 'body') line.ready('BODY', index.body)
  else if (type === 'preview') line.preview(index.preview)
}

async function writePart(talk: Talk, line: FetchWriter, item: FetchItem, part: Part): Promise<boolean> {
  const label = 'label' in item ? item.label : ''
  switch (part.type) {
    case 'number':
      line.number(label, part.value)
      return true
    case 'bytes':
      line.literal(label, part.bytes.length, part.form)
      talk.core.out.bytes(part.bytes)
      return true
    case 'stream':
      line.literal(label, part.sizeBytes, part.form)
      return await passThrough(talk, part)
    case 'absent':
    case 'undecodable':
      line.nil(label)
      return true
  }
}

interface FlagsNow {
  readonly flags: number
  readonly keywords: string
  readonly modseq: number
}

/** The image is newer than the row; what the row alone knows is that it exists. */
function nowOf({ image }: View, row: MessageRow): FlagsNow {
  const index = image.indexOf(row.uid)
  if (index === -1) return row
  return { flags: image.flagsAt(index), keywords: image.keywordsAt(index), modseq: image.modseqAt(index) }
}

function writeFlagsNow(ground: FetchGround, line: FetchWriter, row: MessageRow): void {
  writeFlags(ground, line, row.uid, nowOf(ground.view, row))
}

/** RFC 7162 §3.1: flags and modseq go together. */
function writeFlags({ talk, view, items }: FetchGround, line: FetchWriter, uid: number, now: FlagsNow): void {
  const { core } = talk
  line.flags(bitsOf(core, view, uid, now.flags), now.keywords)
  if (core.isEnabled('CONDSTORE') && !items.some(({ type }) => type === 'modseq')) line.modseq(now.modseq)
  view.toldNow(uid, now.modseq)
}

async function passThrough(talk: Talk, part: Extract<Part, { type: 'stream' }>): Promise<boolean> {
  let left = part.sizeBytes
  try {
    for await (const bytes of part.bytes) {
      left -= bytes.length
      if (left < 0) break
      talk.core.out.bytes(bytes)
      if (!(await talk.pause())) return false
    }
  } catch (error) {
    talk.context.log.error('a message broke off while it was sent', { cause: String(error) })
    return false
  }
  // A literal that does not have the octets it announced would have the client take what follows for mail.
  if (left !== 0) talk.context.log.error('a message has another size than was announced', { missing: left })
  return left === 0
}
