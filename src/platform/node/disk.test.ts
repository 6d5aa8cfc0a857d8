// Room on the disk, and room inside the store.

import assert from 'node:assert/strict'
import { statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { type TestContext, test } from 'node:test'
import type { StoreRoom } from '../../store/store.ts'
import { watchDisk } from './disk.ts'

const FOLDER = tmpdir()

async function freeBytes(): Promise<number> {
  const { bavail, bsize } = await statfs(FOLDER)
  return bavail * bsize
}

/** Waits for the answer that must come; a wrong one ends the test by its time limit. */
async function saysAtLast(t: TestContext, wanted: boolean, parts: { minimumFreeBytes: number; store: () => StoreRoom }) {
  const watch = watchDisk({ folder: FOLDER, ...parts })
  t.after(() => watch.close())
  while (watch.hasRoom() !== wanted) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('less than the least is too little, unless the store has room inside', { timeout: 20_000 }, async (t) => {
  const free = await freeBytes()
  const minimumFreeBytes = free * 1.5
  await saysAtLast(t, false, { minimumFreeBytes, store: () => ({ insideBytes: free / 4, logBytes: 0 }) })
  let asked = 0
  const inside = (): StoreRoom => {
    asked++
    return { insideBytes: free, logBytes: 0 }
  }
  const watch = watchDisk({ folder: FOLDER, minimumFreeBytes, store: inside })
  t.after(() => watch.close())
  while (asked < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.ok(watch.hasRoom())
})

test('a disk or store that cannot be asked has room', { timeout: 20_000 }, async (t) => {
  let asked = 0
  const minimumFreeBytes = (await freeBytes()) * 1.5
  const broken = (): StoreRoom => {
    asked++
    throw new Error('the store is closed')
  }
  const watch = watchDisk({ folder: FOLDER, minimumFreeBytes, store: broken })
  t.after(() => watch.close())
  while (asked < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.ok(watch.hasRoom())
})
