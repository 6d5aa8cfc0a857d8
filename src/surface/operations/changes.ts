// What changed since a reader last looked: for the page that updates itself.

import type { Notify } from '../../ground/ports/notify.ts'
import { listOrganisations } from '../../store/directory/directory.ts'
import { eventsSince, latestEvents } from '../../store/events/events.ts'
import type { Store } from '../../store/store.ts'
import type { Changes } from '../api/api.ts'

export function changesOf({ store, notify }: { readonly store: Store; readonly notify: Pick<Notify, 'subscribe'> }): Changes {
  return {
    async since(cursor, limit) {
      if (cursor === undefined) return { cursor: await lastEvent(store), ids: [], more: false }
      const events = await eventsSince(store, { after: cursor, limit })
      const last = events.at(-1)
      return {
        cursor: last?.id ?? cursor,
        ids: [...new Set(events.map((event) => event.messageId))],
        more: events.length === limit,
      }
    },
    subscribe(listener) {
      const ends = [
        notify.subscribe('queue', listener),
        notify.subscribe('mailbox', listener),
        notify.subscribe('events', listener),
      ]
      return () => {
        for (const end of ends) end()
      }
    },
  }
}

async function lastEvent(store: Store): Promise<number> {
  const lists = await Promise.all((await listOrganisations(store)).map(({ id }) => latestEvents(store, { org: id, limit: 1 })))
  return Math.max(0, ...lists.flat().map((event) => event.id))
}
