// `posthorn send`: a message from a file or from standard input, as it is or with a header put before it.

import { err, ok, type Result } from '../../ground/result.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { lookForHeader } from './own-header.ts'
import type { Session } from './session.ts'

export async function send(session: Session): Promise<ExitCode> {
  const from = session.option('from')
  const to = session.parsed.options.get('to') ?? []
  if (from === undefined) return session.usage('From whom?', 'Give --from ADDRESS, or --from "<>" for none.')
  if (to.length === 0) return session.usage('To whom?', 'Give --to ADDRESS, once for each recipient.')
  const source = await sourceOf(session)
  if (!source.ok) return source.error
  const subject = session.option('subject')
  const own = (): void => {
    if (subject !== undefined)
      session.io.note('! The message has a header of its own: its Subject counts, and --subject does not.\n')
  }
  const header = { from, to, subject, own }
  const content = withHeader(canonicalLines(source.value), header)
  return session.ask(async (operations) =>
    session.conclude(
      await operations.send({ from: from === '<>' ? '' : from, to, content }),
      (sent) =>
        `✓ Taken as ${sent.id}, for ${sent.recipientCount === 1 ? '1 recipient' : `${sent.recipientCount} recipients`}. Follow it: ${session.command(`trace ${sent.id}`)}\n`,
    ),
  )
}

async function sourceOf(session: Session): Promise<Result<AsyncIterable<Uint8Array>, ExitCode>> {
  const path = session.argument(0)
  if (path === undefined || path === '-') {
    if (session.io.inputIsTerminal) session.io.note('Type the message; Ctrl-D ends it.\n')
    return ok(session.io.input)
  }
  const file = await session.io.readFile(path)
  if (file.ok) return ok(file.value)
  if (file.error.type === 'folder') return err(session.usage(`${path} is a folder, not a message.`, 'Name a file in it.'))
  session.fail({ code: 'not-found', message: `${path} cannot be read: ${file.error.detail}.`, next: 'Check the name.' })
  return err(EXIT.notFound)
}

const CR = 13
const LF = 10

/** Every line ends in CRLF (RFC 5322 §2.1), whatever it ended in; also where the ends of chunks fall between CR and LF. */
export async function* canonicalLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let last = LF
  for await (const chunk of source) {
    const parts: Uint8Array[] = []
    let start = 0
    for (let i = 0; i < chunk.length; i++) {
      const before = i === 0 ? last : chunk[i - 1]
      const bareLf = chunk[i] === LF && before !== CR
      const bareCr = before === CR && chunk[i] !== LF
      if (!bareLf && !bareCr) continue
      parts.push(chunk.subarray(start, i), bareLf ? CR_BYTES : LF_BYTES)
      start = i
    }
    parts.push(chunk.subarray(start))
    last = chunk.at(-1) ?? last
    if (chunk.length > 0) yield Buffer.concat(parts)
  }
  if (last === CR) yield LF_BYTES
  else if (last !== LF) yield Buffer.from('\r\n')
}

const CR_BYTES = Buffer.from('\r')
const LF_BYTES = Buffer.from('\n')

interface Header {
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string | undefined
  /** Called where the text turns out to have its own: none of the above is used then. */
  readonly own?: () => void
}

/** Puts a header before a text that has none. */
export async function* withHeader(source: AsyncIterable<Uint8Array>, header: Header): AsyncGenerator<Uint8Array> {
  let look: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of source) {
    if (look === undefined) {
      yield chunk
      continue
    }
    look = Buffer.concat([look, chunk])
    const seen = lookForHeader(look, { whole: false })
    if (seen === 'undecided') continue
    yield* begin(look, header, seen === 'header')
    look = undefined
  }
  if (look !== undefined) yield* begin(look, header, lookForHeader(look, { whole: true }) === 'header')
}

function* begin(start: Buffer, header: Header, hasOwn: boolean): Generator<Uint8Array> {
  if (hasOwn) header.own?.()
  else yield Buffer.from(headerText(header), 'utf8')
  if (start.length > 0) yield start
}

/** Date and Message-ID are added where every submitted message gets them. */
function headerText({ from, to, subject }: Header): string {
  const oneLine = (text: string): string => text.replace(/[\r\n\0]+/g, ' ')
  return [
    `From: ${oneLine(from === '<>' ? 'MAILER-DAEMON' : from)}`,
    `To: ${to.map(oneLine).join(',\r\n ')}`,
    ...(subject === undefined ? [] : [`Subject: ${encodedWords(oneLine(subject))}`]),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    '',
  ].join('\r\n')
}

const ENCODED_WORD_BYTES = 45 // 60 characters of base64, so that with its frame a word stays below 75 (RFC 2047 §2).

function encodedWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && text.length < 900) return text
  const words: string[] = []
  let word = ''
  for (const character of text) {
    if (Buffer.byteLength(word + character) > ENCODED_WORD_BYTES) {
      words.push(word)
      word = ''
    }
    word += character
  }
  return [...words, word].map((part) => `=?utf-8?B?${Buffer.from(part).toString('base64')}?=`).join('\r\n ')
}
