// One mail transaction between MAIL and the end of its content.

import type { ResolvedRecipient } from './recipients.ts'

export interface Transaction {
  /** Empty for `<>`. */
  readonly reversePath: string
  readonly smtpUtf8: boolean
  /** Of the sender who has signed in, else of the first recipient's domain. */
  org: number | undefined
  /** As the client named them. */
  readonly paths: string[]
  readonly recipients: ResolvedRecipient[]
}
