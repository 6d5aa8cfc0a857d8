// Journeys, for whoever asks.

import { explain } from '../../mail/protocol/smtp/smtp.ts'
import { listOrganisations } from '../../store/directory/directory.ts'
import { failure, type Operations } from '../api/api.ts'
import { searchJourneys, showJourney } from '../journeys/journeys.ts'
import type { OperationsContext } from './operations.ts'

export function journeyOperations({ store }: OperationsContext): Pick<Operations, 'journeys' | 'journey'> {
  const source = async () => {
    const [first] = await listOrganisations(store)
    return first && { store, org: first.id, explain }
  }
  return {
    async journeys(question) {
      const from = await source()
      return from ? searchJourneys(from, question) : { ok: true, value: { rows: [] } }
    },
    async journey(id) {
      const from = await source()
      return from
        ? showJourney(from, id)
        : failure('not-found', 'There is no message with this id.', 'No message has been accepted yet.')
    },
  }
}
