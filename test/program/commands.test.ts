// Commands as people and scripts give them: what they say, where they say it, and their exit codes.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openHouse } from './house.ts'
import { posthorn } from './program.ts'

test('send: why a large message is refused is heard, also where it is refused before it is read', async (t) => {
  const house = await openHouse(t)
  const letter = join(house.folder, 'letter.eml')
  writeFileSync(letter, `Subject: large\r\n\r\n${'x'.repeat(70).concat('\r\n').repeat(60_000)}`)
  const send = (to: string) =>
    posthorn(['send', '--data', house.program.folder, '--from', 'alice@posthorn.test', '--to', to, letter])
  const bad = await send('nowhere')
  assert.deepEqual([bad.code, bad.err.split('\n')[0]], [2, '✗ "nowhere" is no mail address: the address has no "@".'])
  const nobody = await send('nobody@posthorn.test')
  assert.equal(nobody.code, 5)
  assert.match(nobody.err, /nobody@posthorn\.test/)
  assert.equal((await send('bob@posthorn.test')).code, 0)
})
