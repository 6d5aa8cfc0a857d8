// The decisions by their rules (SPEC.md), as tables. The conversations behind them are in remote.test.ts and connections.test.ts.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Reply, TransactionResult } from '../../../mail/protocol/smtp/smtp.ts'
import { type Circumstances, type Judgement, judgeTransaction, judgeTrouble, noRouteOutcome, settle } from './outcome.ts'
import type { Trouble } from './trouble.ts'

const FRESH: Circumstances = { host: 'mx', tlsPolicy: 'opportunistic', connection: 'fresh' }

/** `550 5.1.1 text` */
function said(text: string): Reply {
  const [, code = '', enhanced, line = ''] = /^(\d{3})(?: (\d\.\d+\.\d+))? ?(.*)$/.exec(text) ?? []
  return { code: Number(code), lines: [line], ...(enhanced === undefined ? {} : { enhanced }) }
}

function words({ outcome, next, hold }: Judgement): string {
  return [outcome.type, outcome.code, outcome.enhanced, next, hold].filter((word) => word !== undefined).join(' ')
}

const TROUBLES: readonly (readonly [rule: string, trouble: Trouble, expected: string, circumstances?: Partial<Circumstances>])[] =
  [
    ['O1', { type: 'dial', error: { type: 'refused', detail: '' } }, 'deferred 0 4.4.1 next-address unreachable'],
    ['O1', { type: 'dial', error: { type: 'tls', detail: '' } }, 'deferred 0 4.7.5 next-address unreachable'],
    ['O2', { type: 'refused', phase: 'greeting', reply: said('554 5.7.1 no') }, 'deferred 554 5.7.1 next-host'],
    ['O2', { type: 'refused', phase: 'hello', reply: said('451 no') }, 'deferred 451 next-host busy'],
    ['O3', { type: 'refused', phase: 'greeting', reply: said('521 no') }, 'failed 521 next-host'],
    ['O3', { type: 'refused', phase: 'greeting', reply: said('556 no') }, 'failed 556 next-host'],
    ['O4', { type: 'channel', phase: 'envelope', reply: said('421 4.3.2 no') }, 'deferred 421 4.3.2 next-host busy'],
    ['O5', { type: 'lost', phase: 'block', detail: '' }, 'deferred 0 4.4.2 next-address'],
    ['O5', { type: 'timeout', phase: 'data' }, 'deferred 0 4.4.2 next-host'],
    ['O5', { type: 'protocol', phase: 'data', detail: '' }, 'deferred 0 4.5.0 next-host'],
    ['O6', { type: 'lost', phase: 'envelope', detail: '' }, 'deferred 0 4.4.2 fresh', { connection: 'reused' }],
    ['O6', { type: 'channel', phase: 'envelope', reply: said('421 no') }, 'deferred 0 4.4.2 fresh', { connection: 'reused' }],
    ['O15', { type: 'tls-failed', detail: '' }, 'deferred 0 4.7.5 in-clear'],
    ['O16', { type: 'tls-failed', detail: '' }, 'deferred 0 4.7.5 next-host', { tlsPolicy: 'required' }],
    ['O16', { type: 'tls-missing' }, 'deferred 0 4.7.4 next-host', { tlsPolicy: 'required' }],
    ['O18', { type: 'login', detail: '', reply: said('535 5.7.8 no') }, 'deferred 535 5.7.8 next-host unreachable'],
    ['O18', { type: 'login', detail: '' }, 'deferred 0 4.7.8 next-host unreachable'],
    ['O19', { type: 'cannot-carry', what: 'smtputf8', detail: '' }, 'failed 554 5.6.7 next-host'],
    ['O19', { type: 'cannot-carry', what: 'eight-bit', detail: '' }, 'failed 554 5.6.3 next-host'],
    ['O19', { type: 'cannot-carry', what: 'size', detail: '' }, 'failed 552 5.3.4 next-host'],
    ['O20', { type: 'content', detail: '' }, 'deferred 0 4.3.0 stop'],
  ]

for (const [rule, trouble, expected, circumstances] of TROUBLES) {
  test(`[${rule}] ${trouble.type}${circumstances ? ` ${Object.values(circumstances).join()}` : ''}: ${expected}`, () => {
    assert.equal(words(judgeTrouble(trouble, { ...FRESH, ...circumstances })), expected)
  })
}

test('[O7] [O8] after the content’s end nobody else is asked, whatever happened', () => {
  const ended: TransactionResult = { recipients: [said('250')], data: said('354'), contentEnded: true }
  for (const [, trouble] of TROUBLES) {
    const judged = judgeTrouble(trouble, { ...FRESH, connection: 'reused' }, ended)
    assert.equal(words(judged), 'deferred 0 4.4.2 stop')
    assert.match(judged.outcome.text, /twice/)
  }
  const trouble: Trouble = { type: 'channel', phase: 'final', reply: said('421 4.7.0 slow') }
  assert.equal(words(judgeTrouble(trouble, FRESH, { ...ended, final: trouble.reply })), 'deferred 421 4.7.0 stop busy')
})

test('[O6] once DATA is accepted a reused connection’s fault is a fault like any other', () => {
  const progress: TransactionResult = { recipients: [said('250')], data: said('354'), contentEnded: false }
  assert.equal(
    words(judgeTrouble({ type: 'lost', phase: 'block', detail: '' }, { ...FRESH, connection: 'reused' }, progress)),
    'deferred 0 4.4.2 next-address',
  )
})

/** `mail / recipient, recipient / data / final` → what each recipient gets, and where the rest goes. */
const TRANSACTIONS: readonly (readonly [
  rule: string,
  mail: string,
  recipients: string,
  data: string,
  final: string,
  expected: string,
])[] = [
  ['O9', '451 4.3.0 later', '', '', '', '- rest deferred 451 4.3.0 next-host'],
  ['O10', '550 5.7.1 no', '', '', '', '- rest failed 550 5.7.1 stop'],
  ['O11', '250', '250, 450 4.2.1, 550 5.1.1', '354', '250 2.0.0', 'delivered 250, deferred 450, failed 550'],
  ['O12', '250', '250, 452, 552, 452 4.5.3, 550 5.5.3', '354', '250', 'delivered 250, again, again, again, again'],
  ['O12', '250', '250, 452 4.2.2, 552 5.2.2, 552 5.3.4', '354', '250', 'delivered 250, deferred 452, failed 552, failed 552'],
  ['O13', '250', '452, 552, 550 5.5.3', '503', '', 'deferred 452, deferred 552, deferred 550'],
  ['O13', '250', '250, 552', '354', '451', 'deferred 451, deferred 552'],
  ['O14', '250', '250, 250', '451', '', 'deferred 451, deferred 451'],
  ['O14', '250', '250, 550', '354', '554', 'failed 554, failed 550'],
]

for (const [rule, mail, recipients, data, final, expected] of TRANSACTIONS) {
  test(`[${rule}] ${mail} / ${recipients} / ${data} / ${final}: ${expected}`, () => {
    const result: TransactionResult = {
      mail: said(mail),
      recipients: recipients.split(', ').map((text) => (text === '' ? undefined : said(text))),
      contentEnded: final !== '',
      ...(data === '' ? {} : { data: said(data) }),
      ...(final === '' ? {} : { final: said(final) }),
    }
    const { answers, rest } = judgeTransaction(result, FRESH)
    const told = answers
      .map((answer) => (answer === undefined ? '-' : answer.type === 'again' ? 'again' : `${answer.type} ${answer.code}`))
      .join(', ')
    assert.equal(rest ? `${told} rest ${words(rest)}` : told, expected)
  })
}

test('[O17] "must issue STARTTLS" after TLS had failed waits for better TLS', () => {
  for (const reply of ['530 must', '550 5.7.10 encrypt']) {
    const result: TransactionResult = { mail: said(reply), recipients: [undefined], contentEnded: false }
    assert.equal(judgeTransaction(result, { ...FRESH, connection: 'after-tls-failure' }).rest?.outcome.type, 'deferred')
    assert.equal(judgeTransaction(result, FRESH).rest?.outcome.type, 'failed')
  }
})

test('[O21] of several hosts: a no only from all; the first that spoke gives the words; rest only for what all have in common', () => {
  const no = judgeTrouble({ type: 'cannot-carry', what: 'size', detail: '' }, FRESH)
  const down = judgeTrouble({ type: 'dial', error: { type: 'refused', detail: '' } }, FRESH)
  const spoke = judgeTrouble({ type: 'refused', phase: 'greeting', reply: said('554 no') }, FRESH)
  const busy = judgeTrouble({ type: 'channel', phase: 'greeting', reply: said('421 busy') }, FRESH)
  const told = (...judgements: Judgement[]): string => {
    const { outcome, hold } = settle(judgements)
    return `${outcome.type} ${outcome.code} ${hold ?? ''}`.trim()
  }
  assert.equal(told(no, no), 'failed 552')
  assert.equal(told(no, down), 'deferred 0 unreachable')
  assert.equal(told(down, spoke), 'deferred 554')
  assert.equal(told(down, busy), 'deferred 421 busy')
  assert.equal(told(down, down), 'deferred 0 unreachable')
  assert.equal(told(), 'deferred 0')
})

test('[O22] no route', () => {
  assert.equal(noRouteOutcome({ type: 'fail', code: 556, enhanced: '5.1.10', text: '' }).type, 'failed')
  assert.equal(noRouteOutcome({ type: 'defer', code: 451, enhanced: '4.4.3', text: '' }).type, 'deferred')
})
