// The door of routing: recipient's domain and facts in, plan out. Evaluated at every attempt; delivers nothing itself.

export { addressFamily } from './ip-address.ts'
export { type RouteFacts, Router, type RouterParts } from './lookup.ts'
export type { HostsPlan, NoRoute, Plan, PlannedHost, RouteCredentials, RouteSource, TlsPolicy } from './plan.ts'
export type { RouteSettings } from './settings.ts'
