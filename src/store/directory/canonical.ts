// One spelling for each address. The local part is compared without regard to ASCII case (RFC 5321 §2.4 lets the owner of the domain
// decide, and nobody's mail is told apart by it); letters beyond ASCII are compared as they are. `user+tag@` is `user@`.

/** `User@example.org` → `user@example.org`. The domain must already be a lower-case A-label. */
export function canonicalAddress(localPart: string, domain: string): string {
  return `${lowerAscii(localPart)}@${domain.toLowerCase()}`
}

/** Of whatever somebody gives as their name when signing in: the same for all the ways to write one address. */
export function canonicalName(name: string): string {
  const parts = splitAddress(name)
  return parts ? canonicalAddress(parts.localPart, parts.domain) : lowerAscii(name)
}

/** What an address is looked up as, best first: itself, then without its tag. */
export function lookupAddresses(localPart: string, domain: string): readonly string[] {
  const exact = canonicalAddress(localPart, domain)
  const plus = localPart.indexOf('+')
  return plus > 0 ? [exact, canonicalAddress(localPart.slice(0, plus), domain)] : [exact]
}

/** Splits at the last `@`; undefined without one. */
export function splitAddress(address: string): { readonly localPart: string; readonly domain: string } | undefined {
  const at = address.lastIndexOf('@')
  if (at <= 0 || at === address.length - 1) return undefined
  return { localPart: address.slice(0, at), domain: address.slice(at + 1).toLowerCase() }
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
