// What can be asked of a running (or stopped) Posthorn. Three things have this shape: the parts themselves (surface/operations), the
// control socket seen from outside (`client.ts`) and the fakes of tests. The command line works on any of them and cannot tell which.

import type { Result } from '../../ground/result.ts'
import type {
  Domain,
  Done,
  Journey,
  JourneysAnswer,
  JourneysQuestion,
  PasswordWasSet,
  QueueAnswer,
  QueueChange,
  QueueChanged,
  QueueQuestion,
  Reloaded,
  Sent,
  Status,
  User,
  UserAdd,
  UserAdded,
} from './contract.ts'
import type { Failure } from './errors.ts'

export type Answer<T> = Promise<Result<T, Failure>>

export interface Submission {
  /** Envelope sender; empty for the null sender. */
  readonly from: string
  readonly to: readonly string[]
  readonly content: AsyncIterable<Uint8Array>
}

export interface Operations {
  status(): Answer<Status>
  /** Reads the live settings and certificates again. */
  reload(): Answer<Reloaded>
  /** Answers, then stops. */
  stop(): Answer<Done>
  listDomains(): Answer<{ readonly rows: readonly Domain[] }>
  addDomain(name: string): Answer<Domain>
  removeDomain(name: string): Answer<Done>
  listUsers(domain?: string): Answer<{ readonly rows: readonly User[] }>
  addUser(user: UserAdd): Answer<UserAdded>
  setPassword(address: string, password?: string): Answer<PasswordWasSet>
  removeUser(address: string): Answer<Done>
  send(submission: Submission): Answer<Sent>
  queue(question: QueueQuestion): Answer<QueueAnswer>
  changeQueue(change: QueueChange): Answer<QueueChanged>
  journeys(question: JourneysQuestion): Answer<JourneysAnswer>
  journey(id: string): Answer<Journey>
}
