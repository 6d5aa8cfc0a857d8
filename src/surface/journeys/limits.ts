// Bounds of journeys.

/** Recipients named in a row of a list; the rest is a number. */
export const ROW_RECIPIENTS_MAX = 5

/** Events of one message that are told. A message to 1000 recipients with 20 attempts each has more; its newest are told. */
export const TIMELINE_EVENTS_MAX = 2000

/** Pages of events read for one message, each as large as the events' door gives. */
export const EVENT_PAGES_MAX = 10

/** Looks at a message that keeps changing meanwhile; the last one is told as it is. */
export const MOMENT_LOOKS_MAX = 4
