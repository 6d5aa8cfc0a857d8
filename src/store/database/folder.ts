// Making a folder with those above it. Not `mkdir` with `recursive`: where a folder exists and nothing can be made in it (/proc) Node tries
// for ever.

import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** For the eyes of its owner alone: what is in it is people's mail. */
const MODE = 0o700

/** Throws what the system says of the first folder that cannot be made. */
export function makeFolder(folder: string): void {
  const missing: string[] = []
  // Ends: each turn goes one folder up, and the root exists.
  for (let at = resolve(folder); !isFolder(at); at = dirname(at)) missing.push(at)
  for (const path of missing.reverse()) makeOne(path)
}

/** Another start may have made it in the meantime. */
function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: MODE })
  } catch (cause) {
    if (!isFolder(path)) throw cause
  }
}

/** False where nothing is; something else than a folder is `mkdir`'s to complain of. */
function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true || path === dirname(path)
}
