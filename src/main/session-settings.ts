// What sessions take from the settings: those of connections and those of messages that programs hand in.

import type { Settings } from '../config/config.ts'
import type { SessionContext } from '../journey/session/session.ts'

export function sessionSettings({ session, queue }: Settings): Pick<SessionContext, 'settings' | 'patience'> {
  return {
    settings: session,
    patience: { expireAfter: queue.expireAfter, delayNoticeAfter: queue.delayNotices ? queue.delayNoticeAfter : undefined },
  }
}
