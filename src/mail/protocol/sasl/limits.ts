// Bounds of SASL exchanges, each with its reason.

/** A name or a password, in octets: RFC 4616 §2 lets a server stop at 255 for names; long passphrases and tokens need more. */
export const FIELD_OCTETS_MAX = 1024
