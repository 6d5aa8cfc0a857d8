// The directory's refusals in words.

import type { DirectoryError } from './directory.store.ts'
import { ALIAS_TARGETS_MAX } from './limits.ts'

const TEXTS: Readonly<Record<DirectoryError, string>> = {
  'no-organisation': 'There is no such organisation.',
  'no-domain': 'The domain is not one of this organisation; add it first.',
  'no-person': 'There is no such person.',
  'no-alias': 'There is no such alias.',
  'domain-exists': 'The domain exists already, in this organisation or another.',
  'domain-in-use': 'People or aliases still have addresses in the domain; remove them first.',
  'address-exists': 'The address is taken already, by a person or an alias.',
  'too-many-targets': `An alias has at most ${ALIAS_TARGETS_MAX} targets.`,
}

export function directoryErrorText(error: DirectoryError): string {
  return TEXTS[error]
}
