// Bounds of routing.

/** Records of one DNS answer that are looked at. RFC 5321 sets no bound; a forged or mad answer must not become our work. */
export const DNS_RECORDS_MAX = 100

/** Mail hosts whose addresses are asked for. The largest real sets have about a dozen. */
export const MAIL_HOSTS_CONSIDERED_MAX = 20

/** Mail hosts of a plan. RFC 5321 §5.1 wants at least two addresses tried; after five, a later attempt does as well. */
export const MAIL_HOSTS_TRIED_MAX = 5

/** Addresses of one host in a plan: half IPv6, half IPv4 where both exist. */
export const ADDRESSES_PER_HOST_MAX = 6

/** DNS answers remembered by one thread: some 10,000 destinations, at a few hundred bytes each. */
export const CACHE_ENTRIES_MAX = 20_000

/** "Nobody knows" is remembered only so long that a burst of messages asks once. */
export const UNKNOWN_CACHE_MS = 5_000

/** Static routes; more belong in a table of the store, not in a settings file. */
export const STATIC_ROUTES_MAX = 10_000
