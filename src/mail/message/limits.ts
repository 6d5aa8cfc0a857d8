// Bounds of this part, each with its reason. What more than one part shares stands in ground/limits.ts.

/** One label of a domain name (RFC 1035 §2.3.4). */
export const LABEL_OCTETS_MAX = 63

/** What is looked at as an address before anything is parsed: local part and domain, quoted and in UTF-8, with room. */
export const ADDRESS_CHARACTERS_MAX = 1024

/** A whole header. The largest seen in public corpora are near 100 KiB; real mail stays below 64 KiB. */
export const HEADER_BYTES_MAX = 256 * 1024

/** Fields in one header: 100 hops with four fields each, five times over. */
export const HEADER_FIELDS_MAX = 2000

/** A decoded subject kept for lists and journeys. */
export const SUBJECT_CHARACTERS_MAX = 200

/** Delivered-To fields remembered: a loop is recognised long before. */
export const DELIVERED_TO_MAX = 100

/** Text given to the decoders of header values (a subject, a name); the rest is cut off before decoding. */
export const HEADER_VALUE_CHARACTERS_MAX = 16 * 1024

/** Mailboxes read from one address field. */
export const ADDRESS_LIST_MAX = 1000

/** A line without its CRLF (RFC 5322 §2.1.1). */
export const LINE_OCTETS_MAX = 998

/** A line we write ourselves is folded before this column (RFC 5322 §2.1.1). */
export const LINE_COLUMNS = 78

/** Original header quoted in a report; a header larger than this is cut at a field boundary. */
export const REPORT_HEADER_BYTES_MAX = 64 * 1024

/** Recipients a report lists for programs; more are counted in the letter. One destination seldom has a hundred. */
export const REPORT_RECIPIENTS_MAX = 1000

/** Another server's words, quoted in a report. */
export const REPORT_DIAGNOSTIC_CHARACTERS_MAX = 2000

/** The machine-readable part of somebody else's report, read back. */
export const REPORT_STATUS_BYTES_MAX = 512 * 1024

/** MIME parts inside parts. Real mail stays below ten; deeper ones are left as one opaque part. */
export const MIME_DEPTH_MAX = 100

/** MIME parts in one message; the rest is left as one opaque part. */
export const MIME_PARTS_MAX = 1000

/** A boundary: 70 characters by RFC 2046 §5.1.1, with room for those who do not count. */
export const BOUNDARY_CHARACTERS_MAX = 250

/** Parameters of one Content-Type or Content-Disposition. */
export const PARAMETERS_MAX = 100

/** Text of one such field that is looked at. */
export const PARAMETER_FIELD_CHARACTERS_MAX = 8 * 1024

/** Addresses of one field in an envelope. A header of 256 KiB with honest addresses has fewer. */
export const ENVELOPE_ADDRESSES_MAX = 10_000

/** Languages of one part that are shown. */
export const LANGUAGES_MAX = 20

/**
 * Header octets, over all parts of a message but its own header, that are kept as they are written: file names, nested envelopes. A hundred
 * forwarded messages have a tenth of it. Parts beyond are shown by type and size alone.
 */
export const DETAILS_BYTES_MAX = 1024 * 1024

/** What is read of each header beyond {@link DETAILS_BYTES_MAX}. */
export const PLAIN_HEADER_BYTES_MAX = 4 * 1024

/** A preview (RFC 8970 §3.1). */
export const PREVIEW_CHARACTERS_MAX = 200

/** Octets of a plain text, and of an HTML text with its style sheets, from which a preview is made. */
export const PREVIEW_PLAIN_BYTES_MAX = 2 * 1024
export const PREVIEW_HTML_BYTES_MAX = 32 * 1024

/** Octets of one text part that a search without an index reads. Letters are smaller; what is larger is a log or a book. */
export const SEARCH_PART_BYTES_MAX = 16 * 1024 * 1024

/** A subject in the index of a mailbox. Reading off its marks costs the square of its length. */
export const INDEX_SUBJECT_CHARACTERS_MAX = 2000

/** References of one message: the first is the root of the thread, the last its parents. */
export const REFERENCES_MAX = 100
