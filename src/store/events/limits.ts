// Bounds of events.

/** Characters of one event's data; a transcript beyond it loses its middle lines, never the event. */
export const EVENT_DATA_CHARACTERS_MAX = 32 * 1024

/** Events of one answer: a message retried for five days has about 80 for each recipient. */
export const EVENTS_READ_MAX = 1000

/** Messages asked for at once. */
export const MESSAGES_READ_MAX = 200
