// Who exists and what they may do: the door of the directory.

import * as store from './directory.store.ts'

export { type AuthenticateError, Authenticator, type Scram, type ScramFound } from './authenticate.ts'
export { DirectoryCache } from './cache.ts'
export { canonicalAddress, splitAddress } from './canonical.ts'
export {
  type AddAlias,
  type AddDomain,
  type AddOrganisation,
  type AddPerson,
  addAlias,
  addAliasProcedure,
  addDomain,
  addDomainProcedure,
  addOrganisation,
  addOrganisationProcedure,
  addPerson,
  addPersonProcedure,
  type DirectoryError,
  removeAlias,
  removeAliasProcedure,
  removeDomain,
  removeDomainProcedure,
  removePerson,
  removePersonProcedure,
  type SetPassword,
  setDisabled,
  setDisabledProcedure,
  setPassword,
  setPasswordProcedure,
} from './directory.store.ts'
export type { DirectoryTables } from './directory.tables.ts'
export { directoryErrorText } from './errors.ts'
export {
  type FoundRecipient,
  findDomain,
  findPerson,
  findRecipient,
  isLocalDomain,
  listAliases,
  listDomains,
  listOrganisations,
  listPeople,
  type Person,
} from './find.ts'
export { ALIAS_DEPTH_MAX, ALIAS_EXPANDED_MAX, PASSWORD_OCTETS_MAX } from './limits.ts'
export { passwordSecrets } from './scram.ts'

export const directoryProcedures = [
  store.addOrganisationProcedure,
  store.addDomainProcedure,
  store.removeDomainProcedure,
  store.addPersonProcedure,
  store.setPasswordProcedure,
  store.addVerifiersProcedure,
  store.keepSecretProcedure,
  store.setDisabledProcedure,
  store.removePersonProcedure,
  store.addAliasProcedure,
  store.removeAliasProcedure,
]
