// xtext (RFC 3461 §4): how ENVID, ORCPT and AUTH= values travel in SMTP parameters.

/** Anything but printable ASCII without "+" and "=" becomes `+HH`. For UTF-8 addresses see RFC 6533 §3, which forbids xtext. */
export function encodeXtext(text: string): string {
  return text.replace(/[^!-*,-<>-~]/g, (character) => {
    const hex = Buffer.from(character, 'utf8').toString('hex').toUpperCase()
    return hex.replace(/../g, '+$&')
  })
}

/** The value, or nothing if this is no xtext or hides a control character. */
export function decodeXtext(text: string): string | undefined {
  if (!/^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/.test(text)) return undefined
  const value = text.replace(/\+([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return /[^ -~]/.test(value) ? undefined : value
}
