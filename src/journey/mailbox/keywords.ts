// The keywords of a mailbox: each is spelt as it was first written there.

import { err, ok, type Result } from '../../ground/result.ts'
import { all, run, type Steps } from '../../store/database/procedure.ts'
import type { MailboxError } from './errors.ts'
import { isKeyword, keywordsIn } from './flags.ts'
import { deleteKeyword, insertKeyword, keywordsOf } from './keywords.store.ts'
import { MAILBOX_KEYWORDS_MAX, MESSAGE_KEYWORDS_MAX } from './limits.ts'
import { keywordSets } from './messages.store.ts'

interface InMailbox {
  readonly org: number
  readonly mailboxId: string
}

/** In the mailbox's spelling; those it does not know become known. */
export function* spellKeywords(where: InMailbox, names: readonly string[]): Steps<Result<readonly string[], MailboxError>> {
  if (names.length === 0) return ok([])
  if (!names.every(isKeyword)) return err('bad-keyword')
  if (names.length > MESSAGE_KEYWORDS_MAX) return err('too-many-keywords')
  const known = yield* spellings(where)
  const fresh = new Map<string, string>()
  for (const name of names) {
    const folded = name.toLowerCase()
    if (!known.has(folded) && !fresh.has(folded)) fresh.set(folded, name)
  }
  if (known.size + fresh.size > MAILBOX_KEYWORDS_MAX && !(yield* makeRoom(where, known, fresh.size)))
    return err('too-many-keywords')
  for (const [folded, name] of fresh) {
    yield* run(insertKeyword, { ...where, name })
    known.set(folded, name)
  }
  return ok(names.map((name) => known.get(name.toLowerCase()) ?? name))
}

/** In the mailbox's spelling; those it does not know no message has. */
export function* knownKeywords(where: InMailbox, names: readonly string[]): Steps<readonly string[]> {
  if (names.length === 0) return []
  const known = yield* spellings(where)
  return names.flatMap((name) => known.get(name.toLowerCase()) ?? [])
}

function* spellings(where: InMailbox): Steps<Map<string, string>> {
  const rows = yield* all(keywordsOf, where)
  return new Map(rows.map(({ name }) => [name.toLowerCase(), name]))
}

/** Takes away keywords that no message has any more, when the mailbox knows as many as it may. */
function* makeRoom(where: InMailbox, known: Map<string, string>, wanted: number): Steps<boolean> {
  const sets = yield* all(keywordSets, where)
  const used = new Set(sets.flatMap(({ keywords }) => keywordsIn(keywords)))
  for (const [folded, name] of known) {
    if (used.has(name)) continue
    yield* run(deleteKeyword, { ...where, name })
    known.delete(folded)
  }
  return known.size + wanted <= MAILBOX_KEYWORDS_MAX
}
