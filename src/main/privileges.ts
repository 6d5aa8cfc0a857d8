// What root does, and no more: it opens ports and reads what only root may read. In a data folder that others can write, a name may lead
// anywhere; so root makes the folder where it is missing, gives it away, and becomes its user before anything in it is touched.

import { execFileSync } from 'node:child_process'
import { lchownSync, lstatSync, mkdirSync, readdirSync, type Stats, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { ProcessSettings } from '../config/server.ts'
import { err, ok, type Result } from '../ground/result.ts'

export interface PrivilegeProblem {
  readonly message: string
  readonly next: string
}

/** Does nothing when the process is not root's. The C library changes all threads at once. */
export function leaveRoot({ user, group }: ProcessSettings, folder: string): Result<void, PrivilegeProblem> {
  if (process.getuid?.() !== 0) return ok()
  if (user === undefined) return stayRoot(folder)
  const [uid, gid] = [numberOf('-u', user), numberOf('-g', user)]
  if (uid === undefined || gid === undefined) return err(stuck(`there is no user "${user}" on this machine`))
  try {
    become(group ?? gid, uid, () => giveFolder(folder, uid, process.getgid?.() ?? gid))
    return ok()
  } catch (cause) {
    return err(stuck((cause as Error).message))
  }
}

function stuck(why: string): PrivilegeProblem {
  return { message: `Root cannot be left: ${why}.`, next: 'Mend process.user and process.group, then start again.' }
}

/** For commands that work on a folder without a server: root becomes whoever has it, so that what is written is theirs. */
export function becomeOwner(folder: string): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(folder)
  if (uid !== 0) become(gid, uid)
}

/** What a process writes into a data folder is people's mail, and secrets. */
export function writeForOwnerAlone(): void {
  process.umask(0o077)
}

export function userExists(name: string): boolean {
  return numberOf('-u', name) !== undefined
}

/** The group first: who is not root any more may not choose it. `last`: what root does before it goes. */
function become(group: string | number, uid: number, last: () => void = () => {}): void {
  process.setgroups?.([group])
  process.setgid?.(group)
  last()
  process.setuid?.(uid)
}

/** By the system's own `id`: users need not stand in /etc/passwd, and Node cannot ask for them. */
function numberOf(what: '-u' | '-g', user: string): number | undefined {
  try {
    return Number(execFileSync('id', [what, '--', user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  } catch {
    return undefined
  }
}

function stayRoot(folder: string): Result<void, PrivilegeProblem> {
  const found = statSync(folder, { throwIfNoEntry: false })
  if (found === undefined || isRootsAlone(found)) return ok()
  return err({
    message: `The data folder ${folder} is one that others than root can write, and the server would work in it as root.`,
    next: 'Set process.user to the user who has it, start as that user, or make it a folder of root alone (chown root, chmod 700).',
  })
}

/** A folder that is missing, or is root's and empty, becomes the user's. What the user has already is left alone: it may hold anything. */
function giveFolder(folder: string, uid: number, gid: number): void {
  const made = isMissing(folder) ? makeFolders(folder) : isEmptyAndRoots(folder) ? [folder] : []
  // From the inside out: none lies in a folder that is the user's already.
  for (const path of made) lchownSync(path, uid, gid)
}

/** Innermost first. None where others could put something else in the way; the user then makes it, with the user's rights. */
function makeFolders(folder: string): readonly string[] {
  const missing: string[] = []
  let at = resolve(folder)
  for (; isMissing(at); at = dirname(at)) missing.push(at)
  if (!isWayOfRoot(at)) return []
  for (const path of missing.toReversed()) mkdirSync(path, { mode: 0o700 })
  return missing
}

function isEmptyAndRoots(folder: string): boolean {
  const found = lstatSync(folder)
  return found.isDirectory() && isRootsAlone(found) && isWayOfRoot(dirname(resolve(folder))) && readdirSync(folder).length === 0
}

/** Whether others can change nothing about the way to a folder: each of it is root's, and others can at most add to it (as to /tmp). */
function isWayOfRoot(path: string): boolean {
  const found = lstatSync(path)
  const fixed = found.isDirectory() && (isRootsAlone(found) || (found.uid === 0 && (found.mode & STICKY) !== 0))
  // Ends at the root, which is its own parent.
  return fixed && (path === dirname(path) || isWayOfRoot(dirname(path)))
}

function isMissing(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined
}

const STICKY = 0o1000
const WRITABLE_BY_GROUP = 0o020
const WRITABLE_BY_ALL = 0o002

function isRootsAlone({ uid, gid, mode }: Stats): boolean {
  return uid === 0 && (mode & WRITABLE_BY_ALL) === 0 && (gid === 0 || (mode & WRITABLE_BY_GROUP) === 0)
}
