// What is wrong with a value that was checked against its schema, in our own words: a library's never reach a person.

/** As far as it is needed of what the schema library says. */
export interface Issue {
  readonly code?: string | undefined
  readonly message: string
  readonly expected?: string
  readonly origin?: string
  readonly minimum?: number | bigint
  readonly maximum?: number | bigint
  readonly values?: readonly unknown[]
}

const TYPES = new Map([
  ['string', 'a text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'a table'],
  ['record', 'a table'],
  ['Date', 'a date'],
  ['null', 'null'],
])

/** A phrase to stand after the name of the value and a colon. */
export function issueWords(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeWords(issue)
    case 'too_small':
      return boundWords(issue, 'at least', issue.minimum)
    case 'too_big':
      return boundWords(issue, 'at most', issue.maximum)
    case 'invalid_value':
      return `must be one of ${(issue.values ?? []).map((value) => JSON.stringify(value)).join(', ')}`
    case 'invalid_format':
      return /^Invalid /.test(issue.message) ? 'is not written as it has to be' : issue.message
    case 'custom':
      return issue.message
    default:
      return 'is not what is wanted here'
  }
}

function typeWords({ expected = '', message }: Issue): string {
  const received = /received (\w+)/.exec(message)?.[1] ?? ''
  if (received === 'undefined') return 'is missing'
  const wanted = `must be ${TYPES.get(expected) ?? 'another kind of value'}`
  if (expected === 'int' && received === 'number') return wanted
  return received === 'NaN' ? wanted : `${wanted}, not ${TYPES.get(received) ?? 'this kind of value'}`
}

function boundWords({ origin }: Issue, bound: string, value: number | bigint = 0): string {
  if (origin === 'string')
    return value === 1 && bound === 'at least' ? 'must not be empty' : `must have ${bound} ${value} characters`
  if (origin === 'array' || origin === 'set') return `must have ${bound} ${value} ${value === 1 ? 'entry' : 'entries'}`
  return `must be ${bound} ${value}`
}
