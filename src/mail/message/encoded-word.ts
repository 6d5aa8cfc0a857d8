// Encoded words in header values (RFC 2047): `=?utf-8?Q?Gr=C3=BC=C3=9Fe?=`. Reading and writing.

import { decodeCharset } from './charset.ts'

// The charset may carry a language (RFC 2231 §5). White space inside the text is wrong, and common enough in Q to be read.
const ENCODED_WORD = /=\?([^\s?*]{1,64})(?:\*[^\s?]{0,64})?\?([bBqQ])\?([^?\r\n]*)\?=/g

/**
 * The value with its encoded words decoded. White space between two of them is dropped (§6.2), and octets of neighbours in
 * the same character set are joined before decoding: many writers cut characters in half. What cannot be decoded stays.
 */
export function decodeEncodedWords(value: string): string {
  if (!value.includes('=?')) return value
  let output = ''
  let position = 0
  let open: { charset: string; chunks: Uint8Array[]; source: string } | undefined
  const close = () => {
    if (open) output += decodeCharset(open.charset, Buffer.concat(open.chunks)) ?? open.source
    open = undefined
  }
  for (const match of value.matchAll(ENCODED_WORD)) {
    const between = value.slice(position, match.index)
    const [source, charset = '', encoding = '', text = ''] = match
    const octets = encoding === 'b' || encoding === 'B' ? Buffer.from(text, 'base64') : decodeQ(text)
    const adjacent = open !== undefined && /^[ \t]*$/.test(between)
    if (open !== undefined && adjacent && open.charset === charset.toLowerCase()) {
      open.chunks.push(octets)
      open.source += between + source
    } else {
      close()
      if (!adjacent) output += between
      open = { charset: charset.toLowerCase(), chunks: [octets], source }
    }
    position = match.index + source.length
  }
  close()
  return output + value.slice(position)
}

/** Longest run of octets in one encoded word: the whole word must stay within 75 characters (§2). */
const WORD_OCTETS_MAX = 45

/** ASCII as it is; other text as encoded words in UTF-8, each of whole characters, to be put on lines of their own. */
export function encodeWords(text: string): readonly string[] {
  if (/^[ -~]*$/.test(text) && !text.includes('=?')) return [text]
  const words: string[] = []
  let run = ''
  for (const character of text.toWellFormed()) {
    if (Buffer.byteLength(run + character) > WORD_OCTETS_MAX) {
      words.push(run)
      run = ''
    }
    run += character
  }
  words.push(run)
  return words.map((word) => `=?utf-8?B?${Buffer.from(word, 'utf8').toString('base64')}?=`)
}

function decodeQ(text: string): Uint8Array {
  const octets = text
    .replace(/_/g, ' ')
    .replace(/=([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return /[^\u0000-\u00ff]/.test(octets) ? Buffer.from(octets, 'utf8') : Buffer.from(octets, 'latin1')
}
