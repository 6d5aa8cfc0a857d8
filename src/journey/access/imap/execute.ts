// Which command is carried out where.

import { type Command, writeId, writeNamespace } from '../../../mail/protocol/imap/imap.ts'
import { copy } from './copy.ts'
import { expunge } from './expunge.ts'
import { fetch } from './fetch.ts'
import { find, findSorted, findThreads } from './find.ts'
import { list, lsub } from './list.ts'
import { createMailbox, removeMailbox, rename, subscribe } from './mailboxes.ts'
import { type Done, done } from './outcome.ts'
import { quota, quotaRoot } from './quota.ts'
import { close, select, unselect } from './select.ts'
import { status } from './status.ts'
import { store } from './store.ts'
import { type Talk, turnOn } from './talk.ts'

export async function execute(talk: Talk, command: Command): Promise<Done> {
  switch (command.name) {
    case 'NOOP':
    case 'CHECK':
      return done('Done')
    case 'ID':
      writeId(talk.core.out, [['name', 'Posthorn']])
      return done('Pleased to meet you')
    case 'ENABLE':
      turnOn(talk, command.extensions, 'told')
      return done('Enabled')
    case 'NAMESPACE':
      writeNamespace(talk.core.out)
      return done('One namespace, and it is yours')
    case 'SELECT':
    case 'EXAMINE':
      return await select(talk, command)
    case 'CLOSE':
      return await close(talk)
    case 'UNSELECT':
      return unselect(talk)
    case 'CREATE':
      return await createMailbox(talk, command)
    case 'DELETE':
      return await removeMailbox(talk, command)
    case 'RENAME':
      return await rename(talk, command)
    case 'SUBSCRIBE':
    case 'UNSUBSCRIBE':
      return await subscribe(talk, command, { subscribed: command.name === 'SUBSCRIBE' })
    case 'LIST':
      return await list(talk, command)
    case 'LSUB':
      return await lsub(talk, command)
    case 'STATUS':
      return await status(talk, command)
    case 'FETCH':
      return await fetch(talk, command)
    case 'STORE':
      return await store(talk, command)
    case 'EXPUNGE':
      return await expunge(talk, command)
    case 'COPY':
    case 'MOVE':
      return await copy(talk, command)
    case 'SEARCH':
      return await find(talk, command)
    case 'SORT':
      return await findSorted(talk, command)
    case 'THREAD':
      return await findThreads(talk, command)
    case 'GETQUOTA':
      return await quota(talk, command)
    case 'GETQUOTAROOT':
      return await quotaRoot(talk, command)
    default:
      // The core knows no command whose capability is not announced.
      throw new Error(`nobody carries out ${command.name}`)
  }
}
