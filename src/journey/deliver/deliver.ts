// Delivering: the door. `Dispatcher` carries recipients from the queue to their hosts and mailboxes, `Sweep` ends what time ends, `Indexing`
// writes what messages are found by.

export { Dispatcher, type DispatcherParts, type DispatcherState } from './dispatcher.ts'
export { Sweep, type SweepParts } from './expiry.ts'
export { Indexing, type IndexingParts } from './indexing.ts'
export type {
  AttemptReport,
  HoldDestination,
  JobRecipient,
  Outcome,
  OutcomeFacts,
  RemoteDeliverer,
  RemoteJob,
  TranscriptLine,
} from './job.ts'
export type { LocalDirectory } from './local/local.ts'
export { deliverProcedures } from './record.ts'
export { RemoteDelivery, type RemoteParts, type RemoteSettings } from './remote/remote.ts'
