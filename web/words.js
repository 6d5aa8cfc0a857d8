// Words and numbers as people read them: states, times, sizes. No DOM here.

export const STATE_WORDS = new Map([
  ['delivered', 'Delivered'],
  ['waiting', 'Waiting'],
  ['sending', 'Sending'],
  ['held', 'Held'],
  ['returned', 'Returned'],
  ['expired', 'Expired'],
  ['dropped', 'Dropped'],
])

const SOURCE_WORDS = new Map([
  ['mx', 'from another mail server'],
  ['submission', 'from a signed-in user'],
  ['api', 'through the API'],
  ['report', 'made by this server'],
  ['command', 'from the command line'],
])

export function stateWord(state) {
  return STATE_WORDS.get(state) ?? state
}

export function sourceWord(source) {
  return SOURCE_WORDS.get(source) ?? source
}

const STEPS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
]

/** "in 4 min", "2 h ago", "now". */
export function relativeTime(at, now = Date.now()) {
  const distance = Math.abs(at - now)
  const step = STEPS.find(([ms]) => distance >= ms)
  if (!step || distance < 5_000) return 'now'
  const amount = `${Math.floor(distance / step[0])} ${step[1]}`
  return at > now ? `in ${amount}` : `${amount} ago`
}

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })

export const exactTime = (at) => exact.format(at)
export const clockTime = (at) => clock.format(at)
export const dayName = (at) => day.format(at)

export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`
  const units = ['kB', 'MB', 'GB']
  let value = bytes / 1000
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

export function people(addresses, count) {
  const shown = addresses.slice(0, 2).join(', ')
  const rest = count - Math.min(addresses.length, 2)
  return rest > 0 ? `${shown} and ${rest} more` : shown
}

export const sender = (from) => from || 'this server (a report)'
export const subjectWords = (subject) => subject || '(no subject)'
