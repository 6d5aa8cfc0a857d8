// The door of the part: what others import of addresses, headers, reports and MIME structure.

export { type Address, type AddressOptions, formatAddress, isAscii, isBarePostmaster, mailboxKey, parseAddress, sameAddress, sameMailbox } from './address.ts'
export { formatAddressLiteral, parseAddressLiteral, parseIpv4, parseIpv6 } from './address-literal.ts'
export { domainToAscii, domainToUnicode } from './domain.ts'
