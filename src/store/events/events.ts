// What happened to messages: the door of events.

import { deleteEventsBeforeProcedure, recordEventProcedure } from './events.store.ts'

export type * from './catalogue.ts'
export { EVENT_TYPES } from './catalogue.ts'
export {
  deleteEventsBefore,
  deleteEventsBeforeProcedure,
  eventsOfMessage,
  eventsOfMessages,
  eventsSince,
  latestEvents,
  type RecordEvent,
  type RecordedEvent,
  recordEvent,
  recordEventProcedure,
} from './events.store.ts'
export type { EventTables } from './events.tables.ts'

export const eventProcedures = [recordEventProcedure, deleteEventsBeforeProcedure]
