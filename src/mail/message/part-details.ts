// What the header of a MIME part says of it, as it is written: BODYSTRUCTURE shows these words undecoded (RFC 3501 §7.4.2).

import { type Envelope, envelopeOf } from './envelope.ts'
import { type HeaderFields, type RawField, rawValue, utf8OrLatin1 } from './header-fields.ts'
import { HEADER_VALUE_CHARACTERS_MAX, LANGUAGES_MAX } from './limits.ts'
import { parseParameterised } from './media-type.ts'

/** All values are octets, one character each, unfolded. */
export interface PartDetails {
  /** In their order, names in lower case, quotes removed; nothing of RFC 2231 or 2047 is undone. */
  readonly parameters: ReadonlyMap<string, string>
  readonly dispositionParameters: ReadonlyMap<string, string>
  readonly contentId?: string
  readonly description?: string
  readonly md5?: string
  readonly languages: readonly string[]
  readonly location?: string
  /** Only of a message inside another one. */
  readonly envelope?: Envelope
}

const NONE: ReadonlyMap<string, string> = new Map()

export const NO_DETAILS: PartDetails = { parameters: NONE, dispositionParameters: NONE, languages: [] }

/** The `content-` fields of a header by their names in lower case: the first of each name counts. */
export class ContentFields {
  readonly #values = new Map<string, string>()

  constructor(header: HeaderFields) {
    for (const field of header.fields) {
      if (!isContentField(header, field)) continue
      const name = field.name.toLowerCase()
      if (!this.#values.has(name)) this.#values.set(name, rawValue(header, field).slice(0, HEADER_VALUE_CHARACTERS_MAX))
    }
  }

  /** Octets, one character each. */
  octets(name: string): string | undefined {
    return this.#values.get(name)
  }

  text(name: string): string | undefined {
    const octets = this.#values.get(name)
    return octets === undefined ? undefined : utf8OrLatin1(octets)
  }
}

const NOT_ASCII = /[^\u0000-\u007f]/

/** `written` is what was already read of the type and the disposition; it is right unless there are octets above 127. */
export function detailsOf(
  fields: ContentFields,
  written: { readonly type: ReadonlyMap<string, string>; readonly disposition: ReadonlyMap<string, string> | undefined },
): PartDetails {
  const contentId = fields.octets('content-id')
  const description = fields.octets('content-description')
  const md5 = fields.octets('content-md5')
  const location = fields.octets('content-location')
  return {
    parameters: octetParameters(fields.octets('content-type'), written.type),
    dispositionParameters: octetParameters(fields.octets('content-disposition'), written.disposition ?? NONE),
    languages: languagesOf(fields.octets('content-language')),
    ...(contentId === undefined ? {} : { contentId }),
    ...(description === undefined ? {} : { description }),
    ...(md5 === undefined ? {} : { md5 }),
    // A long location is folded in the middle; its white space means nothing (RFC 2557 §4.4.2).
    ...(location === undefined ? {} : { location: location.replace(/\s+/g, '') }),
  }
}

export function withEnvelope(details: PartDetails, header: HeaderFields): PartDetails {
  return { ...details, envelope: envelopeOf(header) }
}

function octetParameters(field: string | undefined, written: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  if (field === undefined || written.size === 0 || !NOT_ASCII.test(field)) return written
  return parseParameterised(field).written
}

/** RFC 3282: `de, en (comment)`. */
function languagesOf(field: string | undefined): readonly string[] {
  if (field === undefined) return []
  const tags = field.replace(/\([^()]*\)/g, '').match(/[^\s,]+/g) ?? []
  return tags.slice(0, LANGUAGES_MAX)
}

function isContentField({ text }: HeaderFields, { name, start }: RawField): boolean {
  // Most fields are none: one character tells without lower-casing the name.
  return (text.charCodeAt(start) | 32) === 99 && name.length > 8 && name.slice(0, 8).toLowerCase() === 'content-'
}
