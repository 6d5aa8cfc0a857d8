// Bounds of the directory.

/** Targets of one alias: beyond it a mailing list is meant, which is another thing. */
export const ALIAS_TARGETS_MAX = 100

/** Aliases that lead to aliases: deeper is a loop or a mistake. */
export const ALIAS_DEPTH_MAX = 10

/** Addresses one address may become through aliases of aliases; beyond it the mail is refused, never sent to some of them only. */
export const ALIAS_EXPANDED_MAX = 1000

/** Rows of one listing. */
export const LIST_MAX = 1000

/** Addresses, domains and names remembered by one thread; oldest go first. 20 000 entries are about 4 MB. */
export const CACHE_ENTRIES_MAX = 20_000

/** An answer is asked for anew after so long, so that a lost hint does no harm for longer. */
export const CACHE_MS = 30_000

/** Sign-ins remembered, so that a client with many connections pays for argon2id once. */
export const VERIFIED_MAX = 5000

/** How long a remembered sign-in counts. A changed password is refused at once (the stored hash is part of the key): this bounds memory. */
export const VERIFIED_MS = 5 * 60 * 1000

/** Octets of a password: beyond it hashing is a way to keep us busy. */
export const PASSWORD_OCTETS_MAX = 1024

/** Passwords checked at the same time in one thread; others wait their turn. Each takes 19 MiB and a thread of the pool. */
export const TURNS_AT_ONCE_MAX = 4

/** Sign-ins that wait for their turn; beyond it they are told to come back. */
export const TURNS_WAITING_MAX = 200

/** Of these from one network: more than a household that opens its mail programs at once. */
export const TURNS_WAITING_OF_PEER_MAX = 16

/**
 * Rounds of PBKDF2 in what is kept for SCRAM. Who steals the store tries passwords at it; who signs in works them off each time, on a phone
 * too. RFC 7677 §4 asks for a tenth of a second: this is about that on a slow one.
 */
export const SCRAM_ITERATIONS = 100_000

/** 128 bits, as PBKDF2's own standard wants (RFC 8018 §4.1 and NIST SP 800-132). */
export const SCRAM_SALT_OCTETS = 16

/** Of the key that salts follow from. */
export const SALT_KEY_OCTETS = 32
