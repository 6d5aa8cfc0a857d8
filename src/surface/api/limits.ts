// Bounds of the control API and of the page's API.

/** Rows of one page of any list: what a person reads, and what a terminal or a phone draws at once. */
export const ROWS_DEFAULT = 50
export const ROWS_MAX = 500

/** What is searched for is an address (RFC 5321 §4.5.3.1.3: 254) or a Message-ID (RFC 5322 §2.1.1: a line, 998). */
export const SEARCH_TEXT_MAX = 998

/**
 * For the head of a request and, on the web port, for all of it: a question of the page is some hundred bytes. It is looked
 * at twice in that time, so that a connection on which nothing comes is gone after a minute and a half.
 */
export const REQUEST_MS = 60_000

/** On the web port at once: the watchers, twice as many again for what they ask, and room for a load balancer; each costs a descriptor. */
export const WEB_CONNECTIONS_MAX = 500

/** On the control socket: commands that run at once, of scripts too. */
export const CONTROL_CONNECTIONS_MAX = 500

/** JSON bodies carry names and passwords. Messages have their own limit, from the settings. */
export const JSON_BODY_BYTES_MAX = 64 * 1024

/** Browsers that watch live; each costs a socket and a timer. Beyond it the page asks now and then instead. */
export const LIVE_WATCHERS_MAX = 100

/** Hints are gathered for this long, so that a burst of mail does not flood the page. */
export const LIVE_GATHER_MS = 250

/** Events looked at in one go; when there are more, the next look follows at once. */
export const LIVE_EVENTS_MAX = 500

/** Proxies close silent connections after 30–60 s; a comment line keeps this one. */
export const LIVE_KEEPALIVE_MS = 20_000

/** Events are also looked for this often, because a hint may be lost. */
export const LIVE_POLL_MS = 3_000

/** A token is 32 bytes of chance in base64url: 43 characters. */
export const TOKEN_BYTES = 32

/** An answer of the server to the command line: the largest page of queue rows with long replies stays far below. */
export const ANSWER_BYTES_MAX = 32 * 1024 * 1024

/** Nobody waits longer than this for the server's answer on a local socket. */
export const ANSWER_TIMEOUT_MS = 30_000
