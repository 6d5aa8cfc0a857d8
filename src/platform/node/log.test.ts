// What the operator reads: one JSON object on a line, whatever is in it.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { nodeLog } from './log.ts'

test('a line is one JSON object with level, time, fields and message; children keep their fields', () => {
  const lines: string[] = []
  const log = nodeLog({ level: 'info' }, (line) => lines.push(line)).child({ thread: 'worker 1' })
  log.warn('full\nof "it"', { host: 'mx', gone: undefined, names: ['a', 'b'] })
  assert.equal(lines.length, 1)
  assert.equal(lines[0]?.indexOf('\n'), (lines[0]?.length ?? 0) - 1)
  const { time, ...rest } = JSON.parse(lines[0] ?? '') as Record<string, unknown>
  assert.deepEqual(rest, { level: 40, thread: 'worker 1', host: 'mx', names: ['a', 'b'], msg: 'full\nof "it"' })
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('what is below the level is not written', () => {
  const lines: string[] = []
  const write = (line: string) => lines.push(line)
  nodeLog({ level: 'warn' }, write).info('no')
  nodeLog({ level: 'silent' }, write).error('no')
  nodeLog({ level: 'debug' }, write).debug('yes')
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { msg: string }).msg),
    ['yes'],
  )
})

test('moments are written as people read them', () => {
  const lines: string[] = []
  nodeLog({ level: 'info' }, (line) => void lines.push(line)).info('rests', { until: Date.UTC(2026, 2, 14), count: 3 })
  const { until, count } = JSON.parse(lines[0] ?? '') as { until: string; count: number }
  assert.deepEqual([until, count], ['2026-03-14T00:00:00.000Z', 3])
})

test('the line is on standard error before the program goes on', () => {
  const program = `const { nodeLog } = await import(${JSON.stringify(new URL('./log.ts', import.meta.url).href)})
    nodeLog({ level: 'info' }).error('last words', { cause: 'x'.repeat(200_000) }); process.kill(process.pid, 'SIGKILL')`
  const { stderr, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  assert.equal(signal, 'SIGKILL')
  const line = stderr.split('\n').find((text) => text.startsWith('{')) ?? ''
  assert.equal((JSON.parse(line) as { cause: string }).cause.length, 200_000)
})
