// What is said of a settings file with mistakes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings } from './config.ts'

test('mistakes are told in our own words, with what may have been meant', () => {
  for (const [text, path, message] of [
    ['hostnme = "x"', 'hostnme', 'there is no such setting. Did you mean "hostname"?'],
    ['[listen]\nhttpPort = "x"', 'listen.httpPort', 'must be a number, not a text'],
    ['[queue]\nretri = ["5m"]', 'queue.retri', 'there is no such setting. Did you mean "retry"?'],
    ['[queue]\nzzzzzz = 1', 'queue.zzzzzz', 'there is no such setting.'],
    [
      '[listen]\nendpoints = [{ role = "mx", port = 25, hst = "x" }]',
      'listen.endpoints.0.hst',
      'there is no such setting. Did you mean "host"?',
    ],
    ['[route.smartHost]\nhost = "x"\nprt = 25', 'route.smartHost.prt', 'there is no such setting. Did you mean "port"?'],
    ['hostname = "bad name"', 'hostname', 'a host name such as mail.example.com'],
    ['[log]\nlevel = "loud"', 'log.level', 'must be one of "debug", "info", "warn", "error", "silent"'],
    ['hostname = "mail\n[log]', '', 'line 1, column 17: the text in quotes does not end on its line; a closing quote is missing'],
  ] as const) {
    const read = readSettings(text)
    assert.ok(!read.ok)
    assert.deepEqual(read.error, [{ path, message }])
  }
})
