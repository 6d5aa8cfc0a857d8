// Where the live feed reads what changed: the events, after the last one seen.

import type { Notify } from '../../ground/ports/notify.ts'
import { eventsSince, latestEvents } from '../../store/events/events.ts'
import type { Store } from '../../store/store.ts'
import type { Changes } from './live.ts'

export function eventChanges({ store, org, notify }: { readonly store: Store; readonly org: number; readonly notify: Notify }): Changes {
  return {
    subscribe: (listener) => notify.subscribe('events', listener),
    async since(cursor, limit) {
      if (cursor === undefined) return { cursor: (await latestEvents(store, { org, limit: 1 }))[0]?.id ?? 0, ids: [], more: false }
      const events = await eventsSince(store, { after: cursor, limit })
      const ids = new Set(events.filter((event) => event.org === org).map((event) => event.messageId))
      return { cursor: events.at(-1)?.id ?? cursor, ids: [...ids], more: events.length >= limit }
    },
  }
}
