// From the MIME structure to the tree that is kept with a message: places, types, and whether there are attachments.

import type { IndexedPart } from './message-index.ts'
import type { Part } from './structure.ts'

/** Recursive, as deep as parts may be. */
export function indexedPart(part: Part): IndexedPart {
  const { headerStart, bodyStart, bodyEnd, lines, mediaType, encoding } = part
  const charset = charsetOf(part)
  const filename = filenameOf(part)
  return {
    headerStart,
    bodyStart,
    bodyEnd,
    lines,
    type: mediaType.type,
    subtype: mediaType.subtype,
    encoding,
    ...(charset === undefined ? {} : { charset }),
    ...(filename === undefined ? {} : { filename: filename.toWellFormed() }),
    children: mediaType.type === 'multipart' && part.children.length === 0 ? [standIn(part)] : part.children.map(indexedPart),
  }
}

/** A multipart in which no part was found is shown with one plain text: all there is (BODYSTRUCTURE must have one). */
function standIn({ bodyStart, bodyEnd, lines }: Part): IndexedPart {
  return { headerStart: bodyStart, bodyStart, bodyEnd, lines, type: 'text', subtype: 'plain', encoding: '7bit', children: [] }
}

/** The name of the character set, without what does not belong to it. */
export function charsetOf({ mediaType }: Part): string | undefined {
  const value = mediaType.parameters.get('charset')
  return value === undefined ? undefined : CHARSET.exec(value)?.[0].toLowerCase()
}

const CHARSET = /[a-z0-9][\w.:+-]{0,63}/i
const FILENAME_CHARACTERS_MAX = 512

function filenameOf({ disposition, mediaType }: Part): string | undefined {
  const name = disposition?.parameters.get('filename') ?? mediaType.parameters.get('name')
  const shown = name
    ?.replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .trim()
    .slice(0, FILENAME_CHARACTERS_MAX)
  return shown === '' ? undefined : shown
}

/** What people call an attachment: something to save, not a picture in the text, not a signature. */
export function hasAttachment(root: Part): boolean {
  const waiting: { part: Part; inRelated: boolean }[] = [{ part: root, inRelated: false }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { part, inRelated } = next
    if (isAttachment(part, inRelated)) return true
    if (part.mediaType.type !== 'multipart') continue
    const related = part.mediaType.subtype === 'related'
    for (const child of part.children) waiting.push({ part: child, inRelated: related })
  }
  return false
}

const SIGNATURES = new Set(['pgp-signature', 'pkcs7-signature', 'x-pkcs7-signature', 'pgp-encrypted'])

function isAttachment(part: Part, inRelated: boolean): boolean {
  const { type, subtype } = part.mediaType
  if (type === 'multipart' || SIGNATURES.has(subtype)) return false
  if (part.disposition?.value === 'attachment') return true
  if (inRelated && part.contentId !== undefined) return false
  const isNamed = part.disposition?.parameters.has('filename') || part.mediaType.parameters.has('name')
  // The parts of a delivery report are no attachments either, but for the message it returns.
  return type === 'text' ? isNamed === true && part.disposition !== undefined : subtype !== 'delivery-status'
}
