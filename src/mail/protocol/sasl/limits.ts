// Bounds of SASL exchanges, each with its reason.

/** A name or a password, in octets: RFC 4616 §2 lets a server stop at 255 for names; long passphrases and tokens need more. */
export const FIELD_OCTETS_MAX = 1024

/** A message of SCRAM, in octets: two names, two nonces and what may be bound fit many times over. */
export const SCRAM_MESSAGE_OCTETS_MAX = 4096

/** RFC 7677 §4 wants no fewer. */
export const SCRAM_ITERATIONS_MIN = 4096

/** A server that asks us for more keeps us busy, not its passwords safe. */
export const SCRAM_ITERATIONS_MAX = 10_000_000

/** Longer salts make nothing safer. */
export const SCRAM_SALT_OCTETS_MAX = 256

/** Of a nonce of ours, before base64: 144 bits, as RFC 5802's own examples hold. */
export const SCRAM_NONCE_OCTETS = 18
