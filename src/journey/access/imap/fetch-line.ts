// One FETCH response: everything that can fail is read first, then the line is written, and large contents follow as they are read.

import { type FetchItem, FetchWriter } from '../../../mail/protocol/imap/imap.ts'
import { ContentMissing } from '../../../store/content/content.ts'
import type { MessageRow } from '../../mailbox/mailbox.ts'
import { type OpenMessage, openMessage } from './open-message.ts'
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

/** Of what the image knows: uid, flags, modseq. */
export function writeImageLine(ground: FetchGround, position: number): void {
  const { talk, view, items } = ground
  const index = view.imageIndex(position)
  if (index === -1) {
    ground.missing++
    return
  }
  const { core } = talk
  const uid = view.uidAt(position)
  const line = new FetchWriter(core.out).begin(position + 1)
  let tellsModseq = false
  for (const { type } of items) {
    if (type === 'uid') line.uid(uid)
    else if (type === 'modseq') tellsModseq = true
    else {
      line.flags(bitsOf(core, view, uid, view.image.flagsAt(index)), view.image.keywordsAt(index))
      view.toldNow(uid, view.image.modseqAt(index))
    }
  }
  if (tellsModseq) line.modseq(view.image.modseqAt(index))
  line.end()
}

/** False: the client is gone, or the line broke off in the middle. */
export async function writeLine(
  ground: FetchGround,
  position: number,
  row: MessageRow | undefined,
  { tellsFlags }: { readonly tellsFlags: boolean },
): Promise<boolean> {
  if (!row) {
    ground.missing++
    return true
  }
  const parts = await prepared(ground, row)
  if (parts === 'missing') {
    ground.missing++
    return true
  }
  const line = new FetchWriter(ground.talk.core.out).begin(position + 1)
  for (const [at, item] of ground.items.entries()) {
    const part = parts[at]
    if (part?.type === 'stream') {
      line.literal(part.label, part.sizeBytes, part.form)
      if (!(await passThrough(ground.talk, part))) return false
    } else if (part?.type === 'bytes') {
      line.literal(labelOf(item), part.bytes.length, part.form)
      ground.talk.core.out.bytes(part.bytes)
    } else writeItem(ground, line, item, row, part)
  }
  if (tellsFlags && !ground.items.some(({ type }) => type === 'flags')) writeFlagsNow(ground, line, row)
  line.end()
  return true
}

/** What the items need of the content, in their order; the first pieces of long parts are there already. */
async function prepared(ground: FetchGround, row: MessageRow): Promise<readonly (Part | undefined)[] | 'missing'> {
  const { context } = ground.talk
  let message: OpenMessage | undefined
  const parts: (Part | undefined)[] = []
  try {
    for (const item of ground.items) {
      const needs = needOf(item)
      if (needs !== 'row') message ??= openMessage(context, row)
      parts.push(message && needs !== 'row' ? await partOf(message, item) : undefined)
    }
    if (parts.some((part) => part?.type === 'undecodable')) ground.undecodable = true
    return parts
  } catch (error) {
    if (error instanceof ContentMissing) return 'missing'
    throw error
  }
}

function needOf({ type }: FetchItem): 'row' | 'content' {
  switch (type) {
    case 'envelope':
    case 'body':
    case 'body-structure':
    case 'preview':
    case 'section':
    case 'binary':
    case 'binary-size':
      return 'content'
    default:
      return 'row'
  }
}

async function partOf(message: OpenMessage, item: FetchItem): Promise<Part | undefined> {
  switch (item.type) {
    case 'section':
      return await readSection(message, item)
    case 'binary':
      return await readBinary(message, item)
    case 'binary-size':
      return await readBinarySize(message, item)
    case 'envelope':
      return { type: 'ready', bytes: (await message.index()).envelope }
    case 'body':
      return { type: 'ready', bytes: (await message.index()).body }
    case 'body-structure':
      return { type: 'ready', bytes: (await message.index()).bodyStructure }
    case 'preview':
      return { type: 'text', text: (await message.index()).preview }
    default:
      return undefined
  }
}

function writeItem(ground: FetchGround, line: FetchWriter, item: FetchItem, row: MessageRow, part: Part | undefined): void {
  switch (item.type) {
    case 'uid':
      line.uid(row.uid)
      return
    case 'flags':
      writeFlagsNow(ground, line, row)
      return
    case 'modseq':
      line.modseq(nowOf(ground.view, row).modseq)
      return
    case 'internal-date':
      line.internalDate(row.internalDateMs, row.zoneMinutes)
      return
    case 'size':
      line.size(row.sizeBytes)
      return
    case 'save-date':
      line.saveDate(row.savedAtMs)
      return
    case 'email-id':
      line.objectId('EMAILID', row.emailId)
      return
    case 'thread-id':
      line.objectId('THREADID', row.threadId ?? undefined)
      return
    case 'envelope':
      if (part?.type === 'ready') line.ready('ENVELOPE', part.bytes)
      return
    case 'body':
      if (part?.type === 'ready') line.ready('BODY', part.bytes)
      return
    case 'body-structure':
      if (part?.type === 'ready') line.ready('BODYSTRUCTURE', part.bytes)
      return
    case 'preview':
      if (part?.type === 'text') line.preview(part.text)
      return
    default:
      writePart(line, item.label, part)
  }
}

function labelOf(item: FetchItem): string {
  return 'label' in item ? item.label : ''
}

function writePart(line: FetchWriter, label: string, part: Part | undefined): void {
  if (part?.type === 'number') line.number(label, part.value)
  else line.nil(label)
}

interface FlagsNow {
  readonly flags: number
  readonly keywords: string
  readonly modseq: number
}

/** The image is newer than the row; what the row alone knows is that it exists. */
function nowOf(view: View, row: MessageRow): FlagsNow {
  const index = view.image.indexOf(row.uid)
  if (index === -1) return row
  const { image } = view
  return { flags: image.flagsAt(index), keywords: image.keywordsAt(index), modseq: image.modseqAt(index) }
}

function writeFlagsNow({ talk, view, items }: FetchGround, line: FetchWriter, row: MessageRow): void {
  const { core } = talk
  const now = nowOf(view, row)
  line.flags(bitsOf(core, view, row.uid, now.flags), now.keywords)
  if (core.isEnabled('CONDSTORE') && !items.some(({ type }) => type === 'modseq')) line.modseq(now.modseq)
  view.toldNow(row.uid, now.modseq)
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
